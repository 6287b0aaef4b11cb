/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's ear: a thread of its own with a ZeroMQ SUB socket, which hands what it
 * hears to the hub and taps the server on the shoulder. With a run directory it looks
 * again and again at the daemon's endpoints.json, so that the daemon may start later,
 * restart, and move to another port.
 */
#ifndef RH_WEB_FEED_H
#define RH_WEB_FEED_H

#include <stddef.h>

#include "hub.h"

#define RH_FEED_ENDPOINT 512

typedef struct rh_feed rh_feed_t;

typedef struct {
    const char *endpoint; /* of the stream; NULL: ask the run directory */
    const char *run_dir;
    rh_hub_t *hub;
    void (*wake)(void *context); /* called from the feed's thread */
    void *context;
} rh_feed_settings_t;

/* Starts the thread; the settings' strings must live as long as it. 0 or negative errno
 * with the reason in `error`. */
int rh_feed_start(rh_feed_t **out, const rh_feed_settings_t *settings, char *error,
                  size_t size);
void rh_feed_stop(rh_feed_t *feed);

/* The stream's endpoint out of the text of an endpoints.json, ipc before tcp; false if
 * there is none. `stream` may be a string, a list of strings, or an object of them. */
bool rh_feed_find_endpoint(const char *json, char *endpoint, size_t size);

#endif
