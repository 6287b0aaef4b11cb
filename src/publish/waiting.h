/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests that the loop has and has not answered yet, found by ticket and by id.
 * Each lane into the loop has rows of its own: neither ordinary commands nor another
 * stop word can take those of a stop word (hazard 44). For the publish room alone.
 */
#ifndef RH_WAITING_H
#define RH_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"
#include "rh/event.h"
#include "verbs.h"

#define RH_WAITING_MAX 128 /* of each lane: as many as are served at one go */

/* Where an answer goes: a ROUTER's client, with or without REQ's empty frame. */
typedef struct {
    void *socket;
    size_t id_size;
    bool has_delimiter;
    unsigned char id[256];
} rh_client_t;

typedef struct {
    uint32_t ticket; /* 0 = free row; its two low bits are the lane */
    char id[RH_ANSWER_ID_SIZE];
    uint64_t content;
    const rh_verb_t *verb;
    rh_client_t client;
    int64_t asked_ns, due_ns;
    bool is_late;     /* its client was told so: the answer is only remembered */
    bool is_answered; /* the loop has answered, the state that shows it is not out */
    int64_t answered_ns;
    uint32_t refusal;
    double value, value2;
} rh_waiting_t;

typedef struct {
    rh_waiting_t row[RH_LANE_COUNT][RH_WAITING_MAX];
    int count[RH_LANE_COUNT]; /* of rows that are taken */
    uint32_t serial;          /* of the newest ticket */
} rh_waiting_list_t;

/* A free row of the lane with a ticket of its own, or NULL when all are taken. */
rh_waiting_t *rh_waiting_add(rh_waiting_list_t *list, rh_lane_t lane);
void rh_waiting_free(rh_waiting_list_t *list, rh_waiting_t *row);

/* The row with that id, or NULL. */
rh_waiting_t *rh_waiting_by_id(rh_waiting_list_t *list, const char *id);

/* Marks what the loop's answer answers: of an ordinary command the row with its ticket,
 * of a stop word all that asked up to it. */
void rh_waiting_answer(rh_waiting_list_t *list, const rh_event_t *event);

/* The row of a full lane that can go with the least harm: one whose client has its
 * answer or can have it at once; else one of the client that asks most, so that nobody
 * is pushed out by another's flood. */
rh_waiting_t *rh_waiting_least(rh_waiting_list_t *list, rh_lane_t lane);

#endif
