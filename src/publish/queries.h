/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs that this room answers by itself: who is there, what is the last of
 * everything, and the lease. Named by the table of verbs and by nobody else; the form
 * is that of rh_verb_t.answer.
 */
#ifndef RH_QUERIES_H
#define RH_QUERIES_H

#include "publish.h"
#include "request.h"

bool rh_query_hello(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                    rh_error_t *error);
bool rh_query_snapshot(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                       rh_error_t *error);
bool rh_query_faults(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                     rh_error_t *error);
bool rh_query_config(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                     rh_error_t *error);
bool rh_query_devices(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                      rh_error_t *error);
bool rh_query_signals(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                      rh_error_t *error);
bool rh_query_commissioning(rh_publish_t *publish, const rh_ask_t *ask,
                            rh_json_t *result, rh_error_t *error);
bool rh_query_lease_take(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error);
bool rh_query_lease_keep(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error);
bool rh_query_lease_drop(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                         rh_error_t *error);

#endif
