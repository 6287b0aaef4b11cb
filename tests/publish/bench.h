/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test bench of the publish room: the real sockets in a folder of their own, a loop
 * that only pretends, a clock that moves when it is told to, and clients. Everything is
 * in one thread: whoever waits turns the room meanwhile.
 */
#ifndef RH_TEST_BENCH_H
#define RH_TEST_BENCH_H

#include <stdarg.h>
#include <stdbool.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "publish.h"

#define BENCH_SENT 2048
#define BENCH_CLIENTS 64

typedef struct {
    char dir[64];
    rh_daemon_settings_t daemon;
    rh_publish_t *publish;
    void *context; /* the clients' */
    void *client[BENCH_CLIENTS];
    int client_count;
    json_t *endpoints;
    rh_snapshot_t snapshot;
    /* the loop */
    rh_command_t sent[BENCH_SENT];
    int sent_count, answered_count;
    bool is_dead;      /* answers nothing */
    bool is_ring_full; /* takes nothing */
    uint32_t refusal;  /* what it answers */
    double value, value2;
    bool console;
    uint32_t lease; /* its number */
    int console_calls;
} bench_t;

#define BENCH_MACHINE "bench-1"
#define BENCH_BOOT "01JZZZZZZZZZZZZZZZZZZZZZZZ"

/* cmocka fixtures; the state is a bench_t. The second lets TCP have the trainer's role.
 */
int bench_setup(void **state);
int bench_setup_trusting(void **state);
int bench_teardown(void **state);

/* The clock. */
int64_t bench_now(void);
void bench_pass_ms(int64_t ms);

/* An address from endpoints.json. */
const char *bench_ipc(const bench_t *bench, const char *kind);
const char *bench_tcp(const bench_t *bench, const char *kind);

/* Clients: connected if there is an endpoint, closed by the teardown. */
void *bench_client(bench_t *bench, int type, const char *address);
void *bench_trainer(bench_t *bench);            /* DEALER on ipc */
void bench_close(bench_t *bench, void *client); /* before the teardown does */
void *bench_reader(bench_t *bench, const char *topic, const char *address);

/* Publishes the bench's snapshot, stamped with the present. */
void bench_tick(bench_t *bench);

/* One turn of the room and of the loop. */
void bench_turn(bench_t *bench);

/* Sends the text as one frame and gives the answer (the caller's to decref). */
json_t *bench_ask(bench_t *bench, void *client, const char *text);
json_t *bench_askf(bench_t *bench, void *client, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
json_t *bench_answer(bench_t *bench, void *client);

/* The next message of a reader within two seconds, NULL if none comes; or NULL at once
 * when nothing has come after a few turns. */
json_t *bench_next(bench_t *bench, void *reader);
json_t *bench_next_if_any(bench_t *bench, void *reader);

/* Takes the lease for `name` and gives its id. */
const char *bench_take_lease(bench_t *bench, void *client, const char *name);

/* Parts of an answer. */
bool is_ok(const json_t *answer);
const char *code_of(const json_t *answer);
json_int_t seq_of(const json_t *message);

#endif
