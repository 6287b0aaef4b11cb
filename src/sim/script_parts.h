/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the script: a verb is a row of words and a deed. The words read what stands
 * behind the verb into an order, 0 or -EINVAL with the reason in `arguments->error`;
 * the deed does it and answers. script.c has the table.
 */
#ifndef RH_SIM_SCRIPT_PARTS_H
#define RH_SIM_SCRIPT_PARTS_H

#include "script.h"

/* What stands behind the verb, and where the reason of a refusal goes. */
typedef struct {
    char *const *word;
    int count;
    char *error;
    size_t error_size;
} rh_arguments_t;

struct rh_verb {
    const char *name;
    int (*parse)(rh_order_t *order, const rh_arguments_t *arguments);
    rh_outcome_t (*run)(rh_order_t *order, rh_sim_t *sim, char *answer);
    const char *usage;
};

/* An order of the hand, in its `count`: "lift|prop DEG [DPS]", "off", "pad front|rear
 * KG", "hang [left|right] KG" */
enum {
    RH_HAND_OFF,
    RH_HAND_LIFT,
    RH_HAND_PROP,
    RH_HAND_PAD,
    RH_HAND_HANG,
    RH_HAND_HANG_BOTH
};

int rh_words_nothing(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_lie(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_let(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_grips(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_button(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_release(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_reps(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_wait(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_fault(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_panel(rh_order_t *order, const rh_arguments_t *arguments);
int rh_words_hand(rh_order_t *order, const rh_arguments_t *arguments);

rh_outcome_t rh_deed_lie(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_dismount(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_hand(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_grips(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_press(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_release(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_reps(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_stop(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_let_go(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_wait(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_truth(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_mark(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_wire(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_fault(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_panel(rh_order_t *order, rh_sim_t *sim, char *answer);
rh_outcome_t rh_deed_quit(rh_order_t *order, rh_sim_t *sim, char *answer);

#endif
