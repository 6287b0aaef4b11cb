/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests that the loop has and has not answered yet: a small table by ticket and
 * by id. For the publish room alone.
 */
#ifndef RH_WAITING_H
#define RH_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"
#include "verbs.h"

#define RH_WAITING_MAX 64

/* Where an answer goes: a ROUTER's client, with or without REQ's empty frame. */
typedef struct {
    void *socket;
    size_t id_size;
    bool has_delimiter;
    unsigned char id[256];
} rh_client_t;

typedef struct {
    uint32_t ticket; /* 0 = free row */
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
    rh_waiting_t row[RH_WAITING_MAX];
    uint32_t last_ticket;
} rh_waiting_list_t;

/* A free row with a ticket of its own, or NULL when all are taken. */
rh_waiting_t *rh_waiting_add(rh_waiting_list_t *list);

/* The row of that ticket (not 0) or id, or NULL. */
rh_waiting_t *rh_waiting_by_ticket(rh_waiting_list_t *list, uint32_t ticket);
rh_waiting_t *rh_waiting_by_id(rh_waiting_list_t *list, const char *id);

#endif
