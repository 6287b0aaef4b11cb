/* SPDX-License-Identifier: Apache-2.0 */
/* The table of unanswered requests. */
#include "waiting.h"

#include <string.h>

rh_waiting_t *rh_waiting_by_ticket(rh_waiting_list_t *list, uint32_t ticket)
{
    for (int i = 0; i < RH_WAITING_MAX && ticket != 0; i++) {
        if (list->row[i].ticket == ticket) {
            return &list->row[i];
        }
    }
    return NULL;
}

rh_waiting_t *rh_waiting_by_id(rh_waiting_list_t *list, const char *id)
{
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        if (list->row[i].ticket != 0 && strcmp(list->row[i].id, id) == 0) {
            return &list->row[i];
        }
    }
    return NULL;
}

rh_waiting_t *rh_waiting_add(rh_waiting_list_t *list)
{
    for (int i = 0; i < RH_WAITING_MAX; i++) {
        if (list->row[i].ticket != 0) {
            continue;
        }
        do {
            list->last_ticket++;
        } while (list->last_ticket == 0 ||
                 rh_waiting_by_ticket(list, list->last_ticket) != NULL);
        list->row[i] = (rh_waiting_t){.ticket = list->last_ticket};
        return &list->row[i];
    }
    return NULL;
}
