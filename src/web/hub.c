/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lock, held for copies of pointers only: JSON is read before it is taken, and
 * sockets are written after it was given back.
 */
#include "hub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"

typedef struct {
    char key[RH_ENVELOPE_TEXT];
    rh_message_t *message;
} kept_t;

struct rh_hub {
    pthread_mutex_t lock;
    rh_message_t *log[RH_HUB_LOG]; /* message n stands at n % RH_HUB_LOG */
    uint64_t log_count;            /* messages logged since the start */
    rh_message_t *live;
    uint64_t live_count;
    rh_message_t *last[RH_TOPIC_COUNT];
    kept_t reps[RH_HUB_REPS]; /* rep n stands at n % RH_HUB_REPS */
    uint64_t rep_count;
    kept_t faults[RH_HUB_FAULTS]; /* the open ones, oldest first */
    int fault_count;
    char boot[RH_ENVELOPE_TEXT];
    int64_t seq[RH_TOPIC_COUNT]; /* of this boot; 0 = none yet */
    rh_hub_counts_t counts;
};

static const bool is_kept_last[RH_TOPIC_COUNT] = {
#define KEPT(id, name, kept) (kept) == 1 && RH_TOPIC_##id != RH_TOPIC_REP,
    RH_TOPICS(KEPT)
#undef KEPT
};

/* --- messages, under the lock ---------------------------------------------------- */

static void drop(rh_message_t **message)
{
    if (*message != NULL && --(*message)->references == 0) {
        free(*message);
    }
    *message = NULL;
}

static rh_message_t *share(rh_message_t *message)
{
    if (message != NULL) {
        message->references++;
    }
    return message;
}

static void replace(rh_message_t **place, rh_message_t *message)
{
    rh_message_t *old = *place;
    *place = share(message);
    drop(&old);
}

static rh_message_t *make(const char *address, const char *body, size_t length,
                          bool as_snap)
{
    size_t head = strlen(address);
    rh_message_t *message = malloc(sizeof(*message) + head + 1 + length + 1);
    if (message == NULL) {
        return NULL;
    }
    *message = (rh_message_t){.references = 1, .address_length = head};
    memcpy(message->text, address, head + 1);
    message->text[head] = ' ';
    char *at = message->text + head + 1;
    if (as_snap) {
        length = rh_envelope_mark_snap(body, length, at);
    } else {
        memcpy(at, body, length);
        at[length] = '\0';
    }
    message->length = head + 1 + length;
    return message;
}

/* --- keeping, under the lock ----------------------------------------------------- */

static void forget_faults(rh_hub_t *hub)
{
    for (int i = 0; i < hub->fault_count; i++) {
        drop(&hub->faults[i].message);
    }
    hub->fault_count = 0;
}

/* A daemon that started anew knows nothing of the old one's state; reps stay true. */
static void note_boot(rh_hub_t *hub, const char *boot)
{
    if (strcmp(hub->boot, boot) == 0) {
        return;
    }
    memcpy(hub->boot, boot, sizeof(hub->boot));
    memset(hub->seq, 0, sizeof(hub->seq));
    hub->counts.starts++;
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        drop(&hub->last[i]);
    }
    forget_faults(hub);
}

static void note_seq(rh_hub_t *hub, const rh_envelope_t *envelope)
{
    int64_t *seen = &hub->seq[envelope->topic];
    if (*seen != 0 && !envelope->is_snap && envelope->seq > *seen + 1) {
        hub->counts.gaps[envelope->topic] += (uint64_t)(envelope->seq - *seen - 1);
    }
    if (envelope->seq > *seen) {
        *seen = envelope->seq;
    }
}

static bool is_known_rep(const rh_hub_t *hub, const char *id)
{
    for (int i = 0; i < RH_HUB_REPS; i++) {
        if (hub->reps[i].message != NULL && strcmp(hub->reps[i].key, id) == 0) {
            return true;
        }
    }
    return false;
}

static void keep_rep(rh_hub_t *hub, const char *id, rh_message_t *message)
{
    kept_t *place = &hub->reps[hub->rep_count++ % RH_HUB_REPS];
    memcpy(place->key, id, sizeof(place->key));
    replace(&place->message, message);
}

static void keep_fault(rh_hub_t *hub, const rh_envelope_t *envelope,
                       rh_message_t *message)
{
    int at = 0;
    while (at < hub->fault_count && strcmp(hub->faults[at].key, envelope->key) != 0) {
        at++;
    }
    if (envelope->is_open && at < RH_HUB_FAULTS) {
        memcpy(hub->faults[at].key, envelope->key, sizeof(envelope->key));
        replace(&hub->faults[at].message, message);
        hub->fault_count += at == hub->fault_count;
    } else if (!envelope->is_open && at < hub->fault_count) {
        drop(&hub->faults[at].message);
        hub->fault_count--;
        memmove(&hub->faults[at], &hub->faults[at + 1],
                (size_t)(hub->fault_count - at) * sizeof(kept_t));
        hub->faults[hub->fault_count].message = NULL;
    }
}

static void keep(rh_hub_t *hub, const rh_envelope_t *envelope, rh_message_t *message)
{
    if (envelope->topic == RH_TOPIC_REP) {
        keep_rep(hub, envelope->key, message);
    } else if (envelope->topic == RH_TOPIC_FAULT) {
        keep_fault(hub, envelope, message);
    } else if (is_kept_last[envelope->topic]) {
        replace(&hub->last[envelope->topic], message);
    }
}

static void store(rh_hub_t *hub, const rh_envelope_t *envelope, rh_message_t *message,
                  rh_message_t *as_kept)
{
    note_boot(hub, envelope->boot);
    note_seq(hub, envelope);
    hub->counts.messages[envelope->topic]++;
    hub->counts.heard_ms = message->at_ms;
    if (envelope->topic == RH_TOPIC_LIVE) {
        replace(&hub->live, message);
        hub->live_count++;
        return;
    }
    if (envelope->topic == RH_TOPIC_REP && is_known_rep(hub, envelope->key)) {
        return;
    }
    keep(hub, envelope, as_kept);
    replace(&hub->log[hub->log_count++ % RH_HUB_LOG], message);
}

static void refuse(rh_hub_t *hub)
{
    (void)pthread_mutex_lock(&hub->lock);
    hub->counts.malformed++;
    (void)pthread_mutex_unlock(&hub->lock);
}

/* --- reading, under the lock ----------------------------------------------------- */

static bool is_late(const rh_hub_t *hub, const rh_hub_cursor_t *cursor, int64_t now_ms)
{
    if (hub->log_count - cursor->next > RH_HUB_LOG) {
        return true;
    }
    return cursor->next < hub->log_count &&
           now_ms - hub->log[cursor->next % RH_HUB_LOG]->at_ms > RH_HUB_PATIENCE_MS;
}

static rh_message_t *take(rh_hub_t *hub, rh_hub_cursor_t *cursor)
{
    if (cursor->greeting_at < cursor->greeting_count) {
        return cursor->greeting[cursor->greeting_at++]; /* its reference moves on */
    }
    if (cursor->next < hub->log_count) {
        return share(hub->log[cursor->next++ % RH_HUB_LOG]);
    }
    if (cursor->live < hub->live_count) {
        hub->counts.live_skipped += hub->live_count - cursor->live - 1;
        cursor->live = hub->live_count;
        return share(hub->live);
    }
    return NULL;
}

static void greet(rh_hub_cursor_t *cursor, rh_message_t *message)
{
    if (message != NULL) {
        cursor->greeting[cursor->greeting_count++] = share(message);
    }
}

/* --- public ---------------------------------------------------------------------- */

rh_hub_t *rh_hub_new(void)
{
    rh_hub_t *hub = calloc(1, sizeof(*hub));
    if (hub != NULL) {
        (void)pthread_mutex_init(&hub->lock, NULL);
        hub->counts.heard_ms = INT64_MIN;
    }
    return hub;
}

void rh_hub_free(rh_hub_t *hub)
{
    if (hub == NULL) {
        return;
    }
    for (int i = 0; i < RH_HUB_LOG; i++) {
        drop(&hub->log[i]);
    }
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        drop(&hub->last[i]);
    }
    for (int i = 0; i < RH_HUB_REPS; i++) {
        drop(&hub->reps[i].message);
    }
    forget_faults(hub);
    drop(&hub->live);
    (void)pthread_mutex_destroy(&hub->lock);
    free(hub);
}

bool rh_hub_accept(rh_hub_t *hub, const char *address, const char *body, size_t length,
                   int64_t now_ms)
{
    rh_envelope_t envelope;
    if (length > RH_HUB_TEXT_MAX || strlen(address) > RH_HUB_TOPIC_MAX ||
        !rh_envelope_read(address, body, length, &envelope)) {
        refuse(hub);
        return false;
    }
    rh_message_t *message = make(address, body, length, false);
    rh_message_t *as_kept = make(address, body, length, true);
    bool is_made = message != NULL && as_kept != NULL;
    (void)pthread_mutex_lock(&hub->lock);
    if (is_made) {
        message->topic = as_kept->topic = envelope.topic;
        message->at_ms = as_kept->at_ms = now_ms;
        store(hub, &envelope, message, as_kept);
    }
    drop(&message);
    drop(&as_kept);
    (void)pthread_mutex_unlock(&hub->lock);
    return is_made;
}

void rh_hub_join(rh_hub_t *hub, rh_hub_cursor_t *cursor)
{
    *cursor = (rh_hub_cursor_t){0};
    (void)pthread_mutex_lock(&hub->lock);
    for (int i = 0; i < RH_TOPIC_COUNT; i++) {
        greet(cursor, hub->last[i]);
    }
    for (int i = 0; i < hub->fault_count; i++) {
        greet(cursor, hub->faults[i].message);
    }
    for (uint64_t i = 0; i < RH_HUB_REPS; i++) {
        greet(cursor, hub->reps[(hub->rep_count + i) % RH_HUB_REPS].message);
    }
    cursor->next = hub->log_count;
    cursor->live = hub->live_count;
    (void)pthread_mutex_unlock(&hub->lock);
}

void rh_hub_leave(rh_hub_t *hub, rh_hub_cursor_t *cursor)
{
    (void)pthread_mutex_lock(&hub->lock);
    while (cursor->greeting_at < cursor->greeting_count) {
        drop(&cursor->greeting[cursor->greeting_at++]);
    }
    (void)pthread_mutex_unlock(&hub->lock);
}

rh_hub_next_t rh_hub_next(rh_hub_t *hub, rh_hub_cursor_t *cursor, int64_t now_ms,
                          rh_message_t **message)
{
    *message = NULL;
    (void)pthread_mutex_lock(&hub->lock);
    bool late = is_late(hub, cursor, now_ms);
    if (late) {
        hub->counts.late_readers++;
    } else {
        *message = take(hub, cursor);
    }
    (void)pthread_mutex_unlock(&hub->lock);
    if (late) {
        return RH_HUB_LATE;
    }
    return *message == NULL ? RH_HUB_NOTHING : RH_HUB_MESSAGE;
}

rh_message_t *rh_hub_kept(rh_hub_t *hub, rh_topic_t topic)
{
    (void)pthread_mutex_lock(&hub->lock);
    rh_message_t *message = hub->last[topic];
    if (topic == RH_TOPIC_REP && hub->rep_count > 0) {
        message = hub->reps[(hub->rep_count - 1) % RH_HUB_REPS].message;
    }
    message = share(message);
    (void)pthread_mutex_unlock(&hub->lock);
    return message;
}

void rh_hub_release(rh_hub_t *hub, rh_message_t *message)
{
    (void)pthread_mutex_lock(&hub->lock);
    drop(&message);
    (void)pthread_mutex_unlock(&hub->lock);
}

void rh_hub_counts(rh_hub_t *hub, rh_hub_counts_t *counts)
{
    (void)pthread_mutex_lock(&hub->lock);
    *counts = hub->counts;
    (void)pthread_mutex_unlock(&hub->lock);
}

const char *rh_message_body(const rh_message_t *message, size_t *length)
{
    size_t head = message->address_length + 1;
    *length = message->length - head;
    return message->text + head;
}
