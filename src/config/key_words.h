/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words that keys of the kind WORD and CHOICE may hold, with what each stands for.
 * Part of the table of keys: for keys.c alone.
 */
#ifndef RH_CONFIG_KEY_WORDS_H
#define RH_CONFIG_KEY_WORDS_H

#include "keys.h"
#include "rh/hal.h"
#include "rh/signal.h"

static const rh_word_t yes_no[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};
static const rh_word_t couplings[] = {{"roller", 1}, {"strap", 0}, {NULL, 0}};
static const rh_word_t links[] = {{"rtu", 0}, {"tcp", 1}, {NULL, 0}};
static const rh_word_t counted_ends[] = {{"top", 1}, {"bottom", 0}, {NULL, 0}};
static const rh_word_t formats[] = {
    {"8N1", 0}, {"8E1", 0}, {"8O1", 0}, {"8N2", 0}, {NULL, 0}};
static const rh_word_t kinds[] = {
    {"drive", 0}, {"cell", 0}, {"encoder", 0}, {"io", 0}, {NULL, 0}};
static const rh_word_t statuses[] = {{"documented", 0}, {"verified", 0}, {NULL, 0}};
static const rh_word_t gains[] = {{"128", 128}, {"64", 64}, {"32", 32}, {NULL, 0}};
static const rh_word_t biases[] = {{"as-is", RH_BIAS_AS_IS},
                                   {"none", RH_BIAS_NONE},
                                   {"up", RH_BIAS_UP},
                                   {"down", RH_BIAS_DOWN},
                                   {NULL, 0}};
static const rh_word_t accesses[] = {{"r", 0}, {"rw", 1}, {NULL, 0}};
static const rh_word_t servo_ways[] = {{"signal", 0}, {"register", 1}, {NULL, 0}};
/* unknown counts as no: what is not proven is not leant on */
static const rh_word_t known[] = {{"yes", 1}, {"no", 0}, {"unknown", 0}, {NULL, 0}};
static const rh_word_t fence_words[] = {{"yes", RH_FENCES_YES},
                                        {"no", RH_FENCES_NO},
                                        {"unknown", RH_FENCES_UNKNOWN},
                                        {NULL, 0}};
static const rh_word_t modes[] = {{"torque", RH_DRIVE_MODE_TORQUE},
                                  {"speed+limit", RH_DRIVE_MODE_SPEED_LIMIT},
                                  {NULL, 0}};
static const rh_word_t watchdogs[] = {{"yes", 1},   {"no", 0},        {"none", 0},
                                      {"alarm", 0}, {"servo_off", 1}, {NULL, 0}};
static const rh_word_t types[] = {{"u16", RH_REG_U16},     {"i16", RH_REG_I16},
                                  {"u32", RH_REG_U32},     {"i32", RH_REG_I32},
                                  {"f32", RH_REG_F32},     {"bit", RH_REG_BIT},
                                  {"mag32", RH_REG_MAG32}, {NULL, 0}};
static const rh_word_t orders[] = {{"abcd", RH_ORDER_ABCD},
                                   {"cdab", RH_ORDER_CDAB},
                                   {"badc", RH_ORDER_BADC},
                                   {"dcba", RH_ORDER_DCBA},
                                   {NULL, 0}};
static const rh_word_t spaces[] = {{"holding", RH_SPACE_HOLDING},
                                   {"input", RH_SPACE_INPUT},
                                   {"coil", RH_SPACE_COIL},
                                   {"discrete", RH_SPACE_DISCRETE},
                                   {NULL, 0}};
static const rh_word_t meanings[] = {{"ok", 0},       {"fault", 0}, {"run", 0},
                                     {"ready", 0},    {"busy", 0},  {"overload", 0},
                                     {"unstable", 0}, {NULL, 0}};
#define SIGNAL_WORD(id, name, unit) {#name, 0},
static const rh_word_t signals[] = {RH_INPUT_SIGNALS(SIGNAL_WORD)
                                        RH_OUTPUT_SIGNALS(SIGNAL_WORD){NULL, 0}};

#endif
