/* SPDX-License-Identifier: Apache-2.0 */
/* The table of unanswered requests. */
#include "waiting.h"

#include <string.h>

#define LANE_BITS 2

_Static_assert(RH_LANE_COUNT <= 1 << LANE_BITS, "a ticket names its lane");

static rh_lane_t lane_of(uint32_t ticket)
{
    return (rh_lane_t)(ticket & ((1u << LANE_BITS) - 1));
}

/* Tickets of one lane, which wrap around. */
static bool is_up_to(uint32_t ticket, uint32_t limit)
{
    return (int32_t)(limit - ticket) >= 0;
}

rh_waiting_t *rh_waiting_by_id(rh_waiting_list_t *list, const char *id)
{
    for (int lane = 0; lane < RH_LANE_COUNT; lane++) {
        for (int i = 0; i < RH_WAITING_MAX && list->count[lane] > 0; i++) {
            rh_waiting_t *row = &list->row[lane][i];
            if (row->ticket != 0 && strcmp(row->id, id) == 0) {
                return row;
            }
        }
    }
    return NULL;
}

static uint32_t new_ticket(rh_waiting_list_t *list, rh_lane_t lane)
{
    uint32_t ticket = 0;
    while (ticket == 0) { /* which the ordinary lane's is once in a wrap */
        ticket = ++list->serial << LANE_BITS | (uint32_t)lane;
    }
    return ticket;
}

rh_waiting_t *rh_waiting_add(rh_waiting_list_t *list, rh_lane_t lane)
{
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        rh_waiting_t *row = &list->row[lane][i];
        if (row->ticket == 0) {
            *row = (rh_waiting_t){.ticket = new_ticket(list, lane)};
            list->count[lane]++;
            return row;
        }
    }
    return NULL;
}

void rh_waiting_free(rh_waiting_list_t *list, rh_waiting_t *row)
{
    list->count[lane_of(row->ticket)]--;
    row->ticket = 0;
}

static void answer_row(rh_waiting_t *row, const rh_event_t *event)
{
    row->is_answered = true;
    row->answered_ns = event->now_ns;
    row->refusal = event->answer.refusal;
    row->value = event->answer.value;
    row->value2 = event->answer.value2;
}

void rh_waiting_answer(rh_waiting_list_t *list, const rh_event_t *event)
{
    uint32_t ticket = event->answer.ticket;
    rh_lane_t lane = lane_of(ticket);
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        rh_waiting_t *row = &list->row[lane][i];
        bool is_meant = row->ticket == ticket ||
                        (lane != RH_LANE_ORDINARY && is_up_to(row->ticket, ticket));
        if (row->ticket != 0 && is_meant && !row->is_answered) {
            answer_row(row, event);
        }
    }
}

/* ---- making room ---- */

static int count_of(const rh_waiting_t *rows, const rh_client_t *client)
{
    int count = 0;
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        const rh_client_t *other = &rows[i].client;
        count += other->socket == client->socket && other->id_size == client->id_size &&
                 memcmp(other->id, client->id, client->id_size) == 0;
    }
    return count;
}

rh_waiting_t *rh_waiting_least(rh_waiting_list_t *list, rh_lane_t lane)
{
    rh_waiting_t *rows = list->row[lane];
    rh_waiting_t *least = rows;
    int most = 0;
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        if (rows[i].is_late || rows[i].is_answered) {
            return &rows[i];
        }
        int count = count_of(rows, &rows[i].client);
        if (count > most) {
            most = count;
            least = &rows[i];
        }
    }
    return least;
}
