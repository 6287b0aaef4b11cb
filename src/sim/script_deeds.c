/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each order does to the bench; see script_parts.h.
 */
#include <stdarg.h>

#include "script_parts.h"

#define NS_PER_MS 1000000LL

__attribute__((format(printf, 2, 3))) static rh_outcome_t say(char *answer,
                                                              const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(answer, RH_SCRIPT_ANSWER, format, arguments);
    va_end(arguments);
    return RH_OUTCOME_DONE;
}

static rh_outcome_t say_ok(char *answer)
{
    return say(answer, "{\"ok\":true}");
}

static rh_outcome_t refuse(char *answer, const char *reason)
{
    rh_script_refuse(reason, answer);
    return RH_OUTCOME_DONE;
}

rh_outcome_t rh_deed_lie(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_lie_down(&sim->bench);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

rh_outcome_t rh_deed_dismount(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_dismount(&sim->bench);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

static void use_hand(const rh_order_t *order, rh_bench_t *bench)
{
    rh_hand_t *hand = &bench->hand;
    const double number = (double)order->number;

    switch (order->count) {
    case RH_HAND_LIFT:
        rh_hand_lift(hand, &bench->plant, order->which, number);
        break;
    case RH_HAND_PROP:
        rh_hand_prop(hand, &bench->plant, order->which, number);
        break;
    case RH_HAND_PAD:
        hand->pad_kg[order->which] = number;
        break;
    case RH_HAND_HANG:
        hand->hung_kg[order->which] = number;
        break;
    case RH_HAND_HANG_BOTH:
        hand->hung_kg[RH_LEFT] = hand->hung_kg[RH_RIGHT] = number / 2.0;
        break;
    default:
        rh_hand_let_go(hand);
    }
}

rh_outcome_t rh_deed_hand(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    bool lies;

    rh_bench_lock(&sim->bench);
    lies = sim->bench.lies;
    if (!lies) {
        use_hand(order, &sim->bench);
    }
    rh_bench_unlock(&sim->bench);
    return lies ? refuse(answer, "somebody lies on the bench: 'dismount' first")
                : say_ok(answer);
}

rh_outcome_t rh_deed_grips(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        sim->bench.hardware.grip_held[i] = order->on;
    }
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

rh_outcome_t rh_deed_press(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();

    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        rh_hardware_press(&sim->bench.hardware, (rh_button_t)i, order->number, now_ns);
    }
    rh_bench_unlock(&sim->bench);
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)now_ns);
}

rh_outcome_t rh_deed_release(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    rh_bench_lock(&sim->bench);
    for (int i = order->which; i < order->which + order->count; i++) {
        rh_hardware_release(&sim->bench.hardware, (rh_button_t)i);
    }
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

rh_outcome_t rh_deed_reps(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    bool lies;
    bool busy;
    bool begun = false;

    rh_bench_lock(&sim->bench);
    lies = sim->bench.lies;
    busy = rh_person_is_busy(&sim->bench.plant);
    if (lies && !busy) {
        begun = rh_person_begin(&sim->bench.plant, &order->plan);
    }
    rh_bench_unlock(&sim->bench);
    if (begun) {
        return say_ok(answer);
    }
    if (busy) {
        return refuse(answer, "a set is being played: 'wait idle' or 'stop' first");
    }
    return refuse(answer, lies ? "the person cannot play this plan"
                               : "nobody lies on the bench: 'lie down' first");
}

rh_outcome_t rh_deed_stop(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_person_stop(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

rh_outcome_t rh_deed_let_go(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_person_let_go(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    return say_ok(answer);
}

rh_outcome_t rh_deed_wait(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();
    bool busy;

    if (order->deadline_ns == 0) {
        order->deadline_ns = now_ns + order->number * NS_PER_MS;
    }
    rh_bench_lock(&sim->bench);
    busy = rh_person_is_busy(&sim->bench.plant);
    rh_bench_unlock(&sim->bench);
    if (!busy) {
        return say_ok(answer);
    }
    if (now_ns < order->deadline_ns) {
        return RH_OUTCOME_WAITING;
    }
    return refuse(answer, "the person is still busy after the time given");
}

rh_outcome_t rh_deed_truth(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    char members[RH_SCRIPT_ANSWER - 64];

    (void)order;
    rh_bench_lock(&sim->bench);
    (void)rh_bench_truth_json(&sim->bench, members, sizeof(members));
    rh_bench_unlock(&sim->bench);
    return say(answer, "{\"ok\":true,%s,\"lost_ms\":%lld}", members,
               (long long)atomic_load(&sim->lost_ms));
}

rh_outcome_t rh_deed_mark(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    rh_bench_lock(&sim->bench);
    rh_bench_mark(&sim->bench);
    rh_bench_unlock(&sim->bench);
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        rh_bus_mark(&sim->bus[i]);
    }
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)rh_now_ns());
}

rh_outcome_t rh_deed_wire(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    char one[RH_SCRIPT_ANSWER / 6];
    int length = snprintf(answer, RH_SCRIPT_ANSWER, "{\"ok\":true");

    (void)order;
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        (void)rh_bus_wire_json(&sim->bus[i], one, sizeof(one));
        length += snprintf(answer + length, RH_SCRIPT_ANSWER - (size_t)length,
                           ",\"%s\":%s", rh_bus_names[i], one);
    }
    (void)snprintf(answer + length, RH_SCRIPT_ANSWER - (size_t)length, "}");
    return RH_OUTCOME_DONE;
}

rh_outcome_t rh_deed_fault(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    const int64_t now_ns = rh_now_ns();
    int result = 0;

    rh_bench_lock(&sim->bench);
    if (order->fault.used) {
        result = rh_faults_add(&sim->bench.faults, &order->fault, now_ns);
    } else {
        rh_faults_clear(&sim->bench.faults);
    }
    rh_bench_unlock(&sim->bench);
    if (result != 0) {
        return refuse(answer, "too many faults are active: 'fault clear' first");
    }
    return say(answer, "{\"ok\":true,\"mono_ns\":%lld}", (long long)now_ns);
}

rh_outcome_t rh_deed_panel(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    int result;

    rh_bench_lock(&sim->bench);
    result = rh_device_panel(&sim->device[RH_DEVICE_DRIVE], &sim->bench, order->which,
                             (int)order->number);
    rh_bench_unlock(&sim->bench);
    return result == 0 ? say_ok(answer)
                       : refuse(answer, "the drive has no such register");
}

rh_outcome_t rh_deed_quit(rh_order_t *order, rh_sim_t *sim, char *answer)
{
    (void)order;
    (void)sim;
    (void)say_ok(answer);
    return RH_OUTCOME_QUIT;
}
