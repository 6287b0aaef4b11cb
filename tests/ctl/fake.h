/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that is none: a thread with a ROUTER and an XPUB that speaks the wire's
 * contract from canned answers and writes down what it was asked. For the console's
 * tests, which run the real program against it.
 */
#ifndef RH_TEST_FAKE_H
#define RH_TEST_FAKE_H

#include <jansson.h>
#include <stdbool.h>

#define FAKE_LEASE "4f00d5"
#define FAKE_MACHINE "bench"
#define FAKE_BOOT "01BOOT"

typedef struct fake fake_t;

/* Starts it on ipc sockets in a fresh folder with an endpoints.json; aborts on failure.
 */
fake_t *fake_start(void);
void fake_stop(fake_t *fake);
const char *fake_run_dir(const fake_t *fake);

/* The result of the next and all later requests of a verb, as JSON text. */
void fake_answer(fake_t *fake, const char *verb, const char *result);
/* Once `verb` was asked, `other` has this result: as if it had set something going. */
void fake_change(fake_t *fake, const char *verb, const char *other, const char *result);
/* Every answer to `signal.list` shows this signal's value so much further than the one
 * before. */
void fake_drift(fake_t *fake, const char *signal, double step);
/* They are refused with this code. */
void fake_refuse(fake_t *fake, const char *verb, const char *code, const char *message,
                 const char *remedy);
/* They stay without an answer. */
void fake_ignore(fake_t *fake, const char *verb);
/* Every answer comes behind one with a foreign id. */
void fake_mislead(fake_t *fake);

/* A message to be sent when `state` is subscribed to (before the state itself), or once
 * a snapshot was answered. The head (boot, machine, seq) is added. */
void fake_greet(fake_t *fake, const char *topic, int seq, const char *body);
void fake_follow(fake_t *fake, const char *topic, int seq, const char *body);
/* No state is sent on subscription: a stream that is dead. */
void fake_mute(fake_t *fake);

/* The n-th request of a verb so far (a new reference), or NULL. "ms" in it is when it
 * came, on CLOCK_MONOTONIC. */
json_t *fake_request(fake_t *fake, const char *verb, size_t index);
size_t fake_count(fake_t *fake, const char *verb);
/* The verbs in their order, separated by a space, into `text`. */
const char *fake_history(fake_t *fake, char *text, size_t size);
/* Waits until a verb was asked `count` times; false when 5 s are over. */
bool fake_await(fake_t *fake, const char *verb, size_t count);

long long fake_now_ms(void);

#endif
