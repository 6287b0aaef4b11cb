/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: who may ask, what reaches the loop, and what comes back. */
#include "bench.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "rh/units.h"
#include "verbs.h"
#include "waiting.h"

#define LEASE_TEXT "\"lease\":\"%s\""

#define VIEWER_VERBS 7 /* they stand first in the table */

static const json_t *result_of(const json_t *answer)
{
    return json_object_get(answer, "result");
}

/* Asks, compares the error's code ("ok" = done) and drops the answer. */
static void asking_gives(bench_t *bench, void *client, const char *text,
                         const char *code)
{
    json_t *answer = bench_ask(bench, client, text);
    if (strcmp(code_of(answer), code) != 0) {
        print_error("%s\n", text);
    }
    assert_string_equal(code_of(answer), code);
    assert_true(is_ok(answer) == (strcmp(code, "ok") == 0));
    json_decref(answer);
}

static void req_clients_and_dealer_clients_are_both_answered(void **state)
{
    bench_t *bench = *state;
    const int types[] = {ZMQ_REQ, ZMQ_DEALER};
    for (int i = 0; i < 4; i++) {
        void *client = bench_client(bench, types[i % 2],
                                    i < 2 ? bench_ipc(bench, "command")
                                          : bench_tcp(bench, "command"));
        json_t *answer =
            bench_askf(bench, client, "{\"id\":\"h%d\",\"verb\":\"hello\"}", i);
        assert_true(is_ok(answer));
        json_decref(answer);
    }
}

static void hello_tells_machine_boot_role_and_the_verbs_of_that_role(void **state)
{
    bench_t *bench = *state;
    void *trainer = bench_trainer(bench);
    void *viewer = bench_client(bench, ZMQ_DEALER, bench_tcp(bench, "command"));
    const char ask[] = "{\"id\":\"%d\",\"verb\":\"hello\",\"args\":{\"name\":\"me\"}}";
    json_t *high = bench_askf(bench, trainer, ask, 1);
    json_t *low = bench_askf(bench, viewer, ask, 2);
    const json_t *result = result_of(high);
    assert_string_equal(json_string_value(json_object_get(result, "machine")),
                        BENCH_MACHINE);
    assert_string_equal(json_string_value(json_object_get(result, "boot")), BENCH_BOOT);
    assert_string_equal(json_string_value(json_object_get(result, "role")), "trainer");
    assert_string_equal(json_string_value(json_object_get(result_of(low), "role")),
                        "viewer");
    assert_int_equal(json_array_size(json_object_get(result, "verbs")),
                     rh_verb_count());
    assert_int_equal(json_array_size(json_object_get(result_of(low), "verbs")),
                     VIEWER_VERBS);
    json_decref(high);
    json_decref(low);
}

static void a_snapshot_holds_the_last_of_everything(void **state)
{
    bench_t *bench = *state;
    rh_event_t fault = {.now_ns = bench_now(), .kind = RH_EVENT_FAULT};
    fault.fault.id = RH_FAULT_ESTOP;
    rh_publish_event(bench->publish, &fault);
    bench_tick(bench);
    void *client = bench_trainer(bench);
    json_t *answer = bench_ask(bench, client, "{\"id\":\"s\",\"verb\":\"snapshot\"}");
    const json_t *result = result_of(answer);
    const json_t *seq = json_object_get(result, "seq");
    assert_int_equal(seq_of(json_object_get(result, "state")), 1);
    assert_int_equal(seq_of(json_object_get(result, "live")), 1);
    assert_true(json_is_null(json_object_get(result, "rep")));
    assert_int_equal(json_array_size(json_object_get(result, "faults")), 1);
    assert_int_equal(json_integer_value(json_object_get(seq, "fault")), 1);
    assert_int_equal(json_integer_value(json_object_get(seq, "rep")), 0);
    json_decref(answer);
}

static void devices_faults_and_configuration_can_be_read_by_a_viewer(void **state)
{
    bench_t *bench = *state;
    rh_health_t health = {.hal = {.device_count = 1, .bus_count = 1}};
    (void)snprintf(health.hal.devices[0].name, RH_HAL_NAME, "drive");
    rh_publish_health(bench->publish, &health);
    void *viewer = bench_client(bench, ZMQ_DEALER, bench_tcp(bench, "command"));
    json_t *devices =
        bench_ask(bench, viewer, "{\"id\":\"1\",\"verb\":\"device.list\"}");
    json_t *config =
        bench_ask(bench, viewer, "{\"id\":\"2\",\"verb\":\"config.show\"}");
    asking_gives(bench, viewer, "{\"id\":\"3\",\"verb\":\"fault.list\"}", "ok");
    const json_t *list = json_object_get(result_of(devices), "devices");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(list, 0), "name")), "drive");
    assert_non_null(strstr(
        json_string_value(json_object_get(result_of(config), "text")), "live_hz = 50"));
    json_decref(devices);
    json_decref(config);
}

/* ---- the loop ---- */

static void a_command_reaches_the_loop_with_its_values(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    bench->value = 12.5;
    json_t *answer = bench_askf(bench, client,
                                "{\"id\":\"l\",\"verb\":\"load.set\"," LEASE_TEXT
                                ",\"args\":{\"load_kg\":12.5}}",
                                lease);
    assert_true(is_ok(answer));
    assert_true(json_real_value(json_object_get(result_of(answer), "load_kg")) == 12.5);
    json_decref(answer);
    answer = bench_askf(bench, client,
                        "{\"id\":\"s\",\"verb\":\"set.start\"," LEASE_TEXT
                        ",\"args\":{\"kind\":\"warmup\",\"side\":\"left\",\"reps\":8}}",
                        lease);
    assert_true(is_ok(answer));
    json_decref(answer);
    assert_int_equal(bench->sent_count, 2);
    assert_int_equal(bench->sent[0].kind, RH_COMMAND_LOAD_SET);
    assert_true(bench->sent[0].load_kg == 12.5);
    assert_int_equal(bench->sent[1].kind_of_set, RH_REP_WARMUP);
    assert_int_equal(bench->sent[1].side, RH_SIDE_LEFT);
    assert_int_equal(bench->sent[1].reps_target, 8);
    assert_int_not_equal(bench->sent[0].ticket, bench->sent[1].ticket);
}

static void every_command_of_the_hallway_has_a_verb_of_its_name(void **state)
{
    (void)state;
#define ROW(id, verb)                                                                  \
    if (RH_COMMAND_##id != RH_COMMAND_NONE) {                                          \
        assert_non_null(rh_verb_find(verb));                                           \
        assert_int_equal(rh_verb_find(verb)->kind, RH_COMMAND_##id);                   \
    }
    RH_COMMANDS(ROW)
#undef ROW
}

static void the_loops_refusal_comes_with_its_remedy(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    bench->refusal = RH_REFUSAL_ABOVE_LADDER;
    bench->value = 5.5;
    json_t *answer = bench_askf(bench, client,
                                "{\"id\":\"l\",\"verb\":\"load.set\"," LEASE_TEXT
                                ",\"args\":{\"load_kg\":90}}",
                                lease);
    const json_t *error = json_object_get(answer, "error");
    assert_string_equal(code_of(answer), "above_ladder");
    assert_string_equal(json_string_value(json_object_get(error, "message")),
                        "the step up is too large: 5.5 kg at most now");
    assert_string_equal(json_string_value(json_object_get(error, "remedy")),
                        "go up by the permitted step, one per set");
    json_decref(answer);
}

static void an_answer_names_the_state_that_shows_its_effect(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    bench->is_dead = true;
    const char text[] = "{\"id\":\"u\",\"verb\":\"unload\"}";
    assert_true(zmq_send(client, text, strlen(text), 0) > 0);
    for (int i = 0; i < 2000 && bench->sent_count == 0; i++) {
        bench_turn(bench);
    }
    bench_pass_ms(2);
    rh_event_t event = {.now_ns = bench_now(), .kind = RH_EVENT_ANSWER};
    event.answer.ticket = bench->sent[0].ticket;
    rh_publish_event(bench->publish, &event);
    bench->snapshot.load_kg = 3;
    bench_tick(bench);
    json_t *answer = bench_answer(bench, client);
    assert_true(is_ok(answer));
    assert_int_equal(json_integer_value(json_object_get(answer, "state_seq")), 2);
    assert_int_equal(rh_publish_state_seq(bench->publish), 2);
    json_decref(answer);
}

static void a_dead_loop_is_late_and_its_answer_can_still_be_asked_for(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char text[] = "{\"id\":\"u\",\"verb\":\"stop\"}";
    bench->is_dead = true;
    assert_true(zmq_send(client, text, strlen(text), 0) > 0);
    for (int i = 0; i < 2000 && bench->sent_count == 0; i++) {
        bench_turn(bench);
    }
    assert_int_equal(zmq_recv(client, NULL, 0, ZMQ_DONTWAIT), -1);
    bench_pass_ms(501);
    json_t *answer = bench_answer(bench, client);
    assert_string_equal(code_of(answer), "late");
    json_decref(answer);
    asking_gives(bench, client, text, "late");
    assert_int_equal(bench->sent_count, 1);
    bench->is_dead = false;
    asking_gives(bench, client, "{\"id\":\"x\",\"verb\":\"hello\"}", "ok");
    asking_gives(bench, client, text, "ok");
    assert_int_equal(bench->sent_count, 1);
}

static void a_full_ring_is_busy_and_the_same_id_may_try_again(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    char text[128];
    (void)snprintf(text, sizeof(text),
                   "{\"id\":\"d\",\"verb\":\"disarm\"," LEASE_TEXT "}", lease);
    bench->is_ring_full = true;
    asking_gives(bench, client, text, "busy");
    bench->is_ring_full = false;
    asking_gives(bench, client, text, "ok");
}

/* Pipelines requests without waiting for answers; `lease` may be empty. */
static void flood(void *client, const char *verb, const char *lease, int count)
{
    static int id;
    for (int i = 0; i < count; i++) {
        char text[160];
        int length =
            snprintf(text, sizeof(text), "{\"id\":\"flood-%d\",\"verb\":\"%s\"%s%s%s}",
                     id++, verb, *lease != '\0' ? ",\"lease\":\"" : "", lease,
                     *lease != '\0' ? "\"" : "");
        assert_true(zmq_send(client, text, (size_t)length, 0) > 0);
    }
}

static void more_waiting_commands_than_the_table_holds_are_busy(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    bench->is_dead = true;
    flood(client, "disarm", lease, RH_WAITING_MAX + 1);
    json_t *answer = bench_answer(bench, client);
    assert_string_equal(code_of(answer), "busy");
    json_decref(answer);
    assert_int_equal(bench->sent_count, RH_WAITING_MAX);
}

/* ---- stop words under load ---- */

/* Until the loop was handed that many commands. */
static void await_sent(bench_t *bench, int count)
{
    for (int i = 0; i < 5000 && bench->sent_count < count; i++) {
        bench_turn(bench);
    }
    assert_true(bench->sent_count >= count);
}

static bool was_sent(const bench_t *bench, uint32_t kind)
{
    bool is_there = false;
    for (int i = 0; i < bench->sent_count; i++) {
        is_there = is_there || bench->sent[i].kind == kind;
    }
    return is_there;
}

static void no_flood_keeps_a_stop_word_of_somebody_else_from_its_yes(void **state)
{
    bench_t *bench = *state;
    static const char *const words[] = {"unload", "comfort", "stop"};
    for (size_t i = 0; i < 3; i++) {
        void *flooder = bench_trainer(bench);
        void *other = bench_trainer(bench);
        int sent = bench->sent_count;
        bench->is_dead = true;
        flood(flooder, words[i], "", 300);
        await_sent(bench, sent + 300);
        for (size_t k = 0; k < 3; k++) {
            flood(other, words[k], "", 1);
        }
        await_sent(bench, sent + 303);
        bench->is_dead = false;
        for (size_t k = 0; k < 3; k++) {
            json_t *answer = bench_answer(bench, other);
            assert_string_equal(code_of(answer), "ok");
            json_decref(answer);
        }
    }
}

static void ordinary_commands_and_a_full_ring_leave_stop_its_way(void **state)
{
    bench_t *bench = *state;
    void *holder = bench_trainer(bench);
    void *other = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, holder, "anna");
    bench->is_dead = true;
    flood(holder, "disarm", lease, RH_WAITING_MAX + 1);
    await_sent(bench, RH_WAITING_MAX);
    bench->is_ring_full = true;
    flood(other, "stop", "", 1);
    await_sent(bench, RH_WAITING_MAX + 1);
    assert_true(was_sent(bench, RH_COMMAND_STOP));
    bench->is_dead = false;
    json_t *answer = bench_answer(bench, other);
    assert_true(is_ok(answer));
    json_decref(answer);
}

static void
one_who_floods_a_stop_word_is_answered_each_time_and_never_busy(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    bench->is_dead = true;
    flood(client, "stop", "", 300);
    await_sent(bench, 300);
    bench->is_dead = false;
    int ok = 0;
    for (int i = 0; i < 300; i++) {
        json_t *answer = bench_answer(bench, client);
        bool is_done = is_ok(answer);
        ok += is_done ? 1 : 0;
        assert_string_equal(code_of(answer), is_done ? "ok" : "late");
        json_decref(answer);
    }
    assert_true(ok >= 100);
}

static void one_answer_of_the_loop_serves_all_who_asked_before_it(void **state)
{
    bench_t *bench = *state;
    void *client[3];
    bench->is_dead = true;
    for (int i = 0; i < 3; i++) {
        client[i] = bench_trainer(bench);
        flood(client[i], i < 2 ? "unload" : "comfort", "", 1);
    }
    await_sent(bench, 3);
    uint32_t last = 0;
    for (int i = 0; i < 3; i++) {
        last = bench->sent[i].kind == RH_COMMAND_UNLOAD ? bench->sent[i].ticket : last;
    }
    rh_event_t event = {.now_ns = bench_now(), .kind = RH_EVENT_ANSWER};
    event.answer.ticket = last;
    rh_publish_event(bench->publish, &event);
    bench_tick(bench);
    for (int i = 0; i < 2; i++) {
        json_t *answer = bench_answer(bench, client[i]);
        assert_true(is_ok(answer));
        json_decref(answer);
    }
    assert_int_equal(zmq_recv(client[2], NULL, 0, ZMQ_DONTWAIT), -1);
}

/* ---- the same id ---- */

static void the_same_id_gets_the_same_answer_and_acts_once(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    const char text[] = "{\"id\":\"once\",\"verb\":\"unload\"}";
    json_t *first = bench_ask(bench, client, text);
    bench_pass_ms(540000);
    bench->snapshot.reps = 3;
    bench_tick(bench);
    void *other = bench_client(bench, ZMQ_REQ, bench_ipc(bench, "command"));
    json_t *second = bench_ask(bench, other, "{\"verb\":\"unload\", \"id\":\"once\"}");
    assert_true(json_equal(first, second));
    assert_int_equal(bench->sent_count, 1);
    json_decref(first);
    json_decref(second);
    bench_pass_ms(120000); /* ten minutes are over: it is a new request */
    asking_gives(bench, client, text, "ok");
    assert_int_equal(bench->sent_count, 2);
}

static void an_id_used_for_something_else_is_refused(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    asking_gives(bench, client, "{\"id\":\"a\",\"verb\":\"unload\"}", "ok");
    asking_gives(bench, client, "{\"id\":\"a\",\"verb\":\"stop\"}", "id_reused");
    assert_int_equal(bench->sent_count, 1);
}

static void a_viewer_cannot_fetch_a_trainers_answer_by_its_id(void **state)
{
    bench_t *bench = *state;
    void *trainer = bench_trainer(bench);
    void *viewer = bench_client(bench, ZMQ_DEALER, bench_tcp(bench, "command"));
    const char text[] =
        "{\"id\":\"t\",\"verb\":\"lease.take\",\"args\":{\"name\":\"anna\"}}";
    asking_gives(bench, trainer, text, "ok");
    asking_gives(bench, viewer, text, "id_reused");
}

static void readers_questions_do_not_crowd_out_a_commands_answer(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    asking_gives(bench, client, "{\"id\":\"keep\",\"verb\":\"unload\"}", "ok");
    for (int i = 0; i < 300; i++) {
        json_t *answer =
            bench_askf(bench, client, "{\"id\":\"q%d\",\"verb\":\"fault.list\"}", i);
        json_decref(answer);
    }
    asking_gives(bench, client, "{\"id\":\"keep\",\"verb\":\"unload\"}", "ok");
    assert_int_equal(bench->sent_count, 1);
}

/* ---- the lease ---- */

static void whatever_needs_the_lease_is_refused_without_it(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    int needing = 0;
    for (size_t i = 0; i < rh_verb_count(); i++) {
        const rh_verb_t *verb = rh_verb_at(i);
        needing += verb->needs_lease ? 1 : 0;
        if (!verb->needs_lease || verb->args[0].required) {
            continue;
        }
        for (int k = 0; k < 2; k++) {
            json_t *answer = bench_askf(
                bench, client, "{\"id\":\"%s%d\",\"verb\":\"%s\"%s}", verb->name, k,
                verb->name,
                k == 0 ? "" : ",\"lease\":\"00000000000000000000000000000000\"");
            assert_string_equal(code_of(answer), "lease_needed");
            json_decref(answer);
        }
    }
    assert_int_equal(needing, 18);
    assert_int_equal(bench->sent_count, 0);
}

static void stop_words_need_no_lease(void **state)
{
    bench_t *bench = *state;
    void *holder = bench_trainer(bench);
    void *other = bench_trainer(bench);
    (void)bench_take_lease(bench, holder, "anna");
    asking_gives(bench, other, "{\"id\":\"1\",\"verb\":\"unload\"}", "ok");
    asking_gives(bench, other, "{\"id\":\"2\",\"verb\":\"comfort\"}", "ok");
    asking_gives(bench, other, "{\"id\":\"3\",\"verb\":\"stop\"}", "ok");
    assert_int_equal(bench->sent_count, 3);
}

static void a_second_trainer_is_told_who_holds_the_lease(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    (void)bench_take_lease(bench, client, "anna");
    assert_true(bench->console);
    json_t *answer = bench_ask(
        bench, client,
        "{\"id\":\"b\",\"verb\":\"lease.take\",\"args\":{\"name\":\"bert\"}}");
    assert_string_equal(code_of(answer), "lease_held");
    const json_t *message =
        json_object_get(json_object_get(answer, "error"), "message");
    assert_non_null(strstr(json_string_value(message), "anna"));
    json_decref(answer);
}

static void a_lease_that_is_not_kept_ends_and_everybody_hears_it(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    assert_int_equal(rh_publish_state_seq(bench->publish), 2);
    bench_pass_ms(1999);
    bench_turn(bench);
    assert_true(bench->console);
    bench_pass_ms(1);
    bench_turn(bench);
    assert_false(bench->console);
    assert_int_equal(bench->console_calls, 2);
    assert_int_equal(rh_publish_state_seq(bench->publish), 3);
    json_t *answer = bench_askf(
        bench, client, "{\"id\":\"d\",\"verb\":\"disarm\"," LEASE_TEXT "}", lease);
    assert_string_equal(code_of(answer), "lease_needed");
    json_decref(answer);
    (void)bench_take_lease(bench, client, "bert");
}

static void keeping_the_lease_keeps_it_and_dropping_frees_it(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    char lease[64];
    (void)snprintf(lease, sizeof(lease), "%s", bench_take_lease(bench, client, "anna"));
    for (int i = 0; i < 5; i++) {
        bench_pass_ms(1500);
        json_t *answer = bench_askf(
            bench, client,
            "{\"id\":\"k%d\",\"verb\":\"lease.keep\",\"args\":{" LEASE_TEXT "}}", i,
            lease);
        assert_true(is_ok(answer));
        json_decref(answer);
    }
    assert_int_equal(bench->console_calls, 1);
    json_t *answer = bench_askf(
        bench, client,
        "{\"id\":\"d\",\"verb\":\"lease.drop\",\"args\":{" LEASE_TEXT "}}", lease);
    assert_true(is_ok(answer));
    assert_false(bench->console);
    json_decref(answer);
    answer = bench_askf(
        bench, client,
        "{\"id\":\"e\",\"verb\":\"lease.keep\",\"args\":{" LEASE_TEXT "}}", lease);
    assert_string_equal(code_of(answer), "lease_needed");
    json_decref(answer);
}

static void ask_in_lease(void *client, const char *id, const char *verb,
                         const char *lease)
{
    char text[200];
    int length =
        snprintf(text, sizeof(text), "{\"id\":\"%s\",\"verb\":\"%s\"," LEASE_TEXT "}",
                 id, verb, lease);
    assert_true(zmq_send(client, text, (size_t)length, 0) > 0);
}

/* Dropped and taken again before the loop looks: to it, somebody was there throughout.
 */
static void a_command_carries_the_number_of_the_lease_it_was_given_under(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    bench->is_dead = true;
    const char *lease = bench_take_lease(bench, client, "anna");
    ask_in_lease(client, "1", "arm.begin", lease);
    await_sent(bench, 1);
    assert_int_equal(bench->lease, bench->sent[0].lease);
    json_t *answer = bench_askf(
        bench, client,
        "{\"id\":\"2\",\"verb\":\"lease.drop\",\"args\":{" LEASE_TEXT "}}", lease);
    json_decref(answer);
    ask_in_lease(client, "3", "arm.commit", bench_take_lease(bench, client, "bert"));
    flood(client, "stop", "", 1);
    await_sent(bench, 3);
    assert_true(bench->console);
    assert_int_not_equal(bench->sent[0].lease, 0);
    assert_int_not_equal(bench->sent[1].lease, bench->sent[0].lease);
    assert_int_equal(bench->sent[1].lease, bench->lease);
    assert_int_equal(bench->sent[2].lease, 0);
}

static void the_lease_id_is_never_published(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    const char *lease = bench_take_lease(bench, client, "anna");
    json_t *answer = bench_ask(bench, client, "{\"id\":\"s\",\"verb\":\"snapshot\"}");
    char *text = json_dumps(answer, 0);
    assert_non_null(strstr(text, "anna"));
    assert_null(strstr(text, lease));
    free(text);
    json_decref(answer);
}

/* ---- roles ---- */

static void a_viewer_may_read_and_nothing_else(void **state)
{
    bench_t *bench = *state;
    void *viewer = bench_client(bench, ZMQ_DEALER, bench_tcp(bench, "command"));
    for (size_t i = 0; i < rh_verb_count(); i++) {
        const rh_verb_t *verb = rh_verb_at(i);
        json_t *answer = bench_askf(bench, viewer, "{\"id\":\"v%zu\",\"verb\":\"%s\"}",
                                    i, verb->name);
        assert_string_equal(code_of(answer), i < VIEWER_VERBS ? "ok" : "not_permitted");
        json_decref(answer);
    }
    assert_int_equal(bench->sent_count, 0);
}

static void loopback_trainer_gives_tcp_the_trainers_role(void **state)
{
    bench_t *bench = *state;
    void *client = bench_client(bench, ZMQ_DEALER, bench_tcp(bench, "command"));
    asking_gives(bench, client, "{\"id\":\"1\",\"verb\":\"stop\"}", "ok");
    assert_int_equal(bench->sent_count, 1);
}

/* ---- time and state ---- */

static void a_deadline_that_has_passed_changes_nothing(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    asking_gives(bench, client, "{\"id\":\"1\",\"verb\":\"stop\",\"deadline_ms\":0}",
                 "late");
    assert_int_equal(bench->sent_count, 0);
    asking_gives(bench, client, "{\"id\":\"2\",\"verb\":\"stop\",\"deadline_ms\":50}",
                 "ok");
}

static void a_short_deadline_is_not_waited_beyond(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    const char text[] = "{\"id\":\"1\",\"verb\":\"stop\",\"deadline_ms\":50}";
    bench->is_dead = true;
    assert_true(zmq_send(client, text, strlen(text), 0) > 0);
    for (int i = 0; i < 2000 && bench->sent_count == 0; i++) {
        bench_turn(bench);
    }
    bench_pass_ms(51);
    json_t *answer = bench_answer(bench, client);
    assert_string_equal(code_of(answer), "late");
    json_decref(answer);
}

static void a_command_meant_for_another_state_is_refused(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *client = bench_trainer(bench);
    asking_gives(bench, client,
                 "{\"id\":\"1\",\"verb\":\"unload\",\"expect\":{\"state_seq\":0}}",
                 "stale_state");
    asking_gives(bench, client,
                 "{\"id\":\"2\",\"verb\":\"unload\",\"expect\":{\"state_seq\":1}}",
                 "ok");
}

static void a_command_for_another_machine_is_refused(void **state)
{
    bench_t *bench = *state;
    void *client = bench_trainer(bench);
    asking_gives(bench, client, "{\"id\":\"1\",\"verb\":\"stop\",\"machine\":\"b2\"}",
                 "foreign");
    asking_gives(bench, client,
                 "{\"id\":\"2\",\"verb\":\"stop\",\"machine\":\"" BENCH_MACHINE "\"}",
                 "ok");
    assert_int_equal(bench->sent_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        TEST(req_clients_and_dealer_clients_are_both_answered),
        TEST(hello_tells_machine_boot_role_and_the_verbs_of_that_role),
        TEST(a_snapshot_holds_the_last_of_everything),
        TEST(devices_faults_and_configuration_can_be_read_by_a_viewer),
        TEST(a_command_reaches_the_loop_with_its_values),
        TEST(every_command_of_the_hallway_has_a_verb_of_its_name),
        TEST(the_loops_refusal_comes_with_its_remedy),
        TEST(an_answer_names_the_state_that_shows_its_effect),
        TEST(a_dead_loop_is_late_and_its_answer_can_still_be_asked_for),
        TEST(a_full_ring_is_busy_and_the_same_id_may_try_again),
        TEST(more_waiting_commands_than_the_table_holds_are_busy),
        TEST(no_flood_keeps_a_stop_word_of_somebody_else_from_its_yes),
        TEST(ordinary_commands_and_a_full_ring_leave_stop_its_way),
        TEST(one_who_floods_a_stop_word_is_answered_each_time_and_never_busy),
        TEST(one_answer_of_the_loop_serves_all_who_asked_before_it),
        TEST(the_same_id_gets_the_same_answer_and_acts_once),
        TEST(an_id_used_for_something_else_is_refused),
        TEST(a_viewer_cannot_fetch_a_trainers_answer_by_its_id),
        TEST(readers_questions_do_not_crowd_out_a_commands_answer),
        TEST(whatever_needs_the_lease_is_refused_without_it),
        TEST(stop_words_need_no_lease),
        TEST(a_second_trainer_is_told_who_holds_the_lease),
        TEST(a_lease_that_is_not_kept_ends_and_everybody_hears_it),
        TEST(keeping_the_lease_keeps_it_and_dropping_frees_it),
        TEST(a_command_carries_the_number_of_the_lease_it_was_given_under),
        TEST(the_lease_id_is_never_published),
        TEST(a_viewer_may_read_and_nothing_else),
        cmocka_unit_test_setup_teardown(loopback_trainer_gives_tcp_the_trainers_role,
                                        bench_setup_trusting, bench_teardown),
        TEST(a_deadline_that_has_passed_changes_nothing),
        TEST(a_short_deadline_is_not_waited_beyond),
        TEST(a_command_meant_for_another_state_is_refused),
        TEST(a_command_for_another_machine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
