/* SPDX-License-Identifier: Apache-2.0 */
/* Frames by a table of makers. */
#include "frames.h"

#include <stdio.h>
#include <string.h>

static const char *const verbs[] = {
    "hello",         "snapshot",    "fault.list",  "config.show", "device.list",
    "session.start", "set.start",   "set.end",     "rom.teach",   "rom.nudge",
    "load.set",      "mode.set",    "arm.begin",   "arm.commit",  "disarm",
    "fault.reset",   "lease.keep",  "lease.drop",  "history.get", "",
    "HELLO",         "sensor.zero", "lease.take.", "stop ",
};

static const char *const values[] = {
    "null",
    "true",
    "-1",
    "1e308",
    "1e999",
    "0.1",
    "99999999999999999999",
    "\"x\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[[[[[[[[[1]]]]]]]]]",
    "\"\\u0000\"",
    "-0",
    "1.",
    "nan",
    "{\"load_kg\":1}",
    "{\"load_kg\":null}",
    "{\"a\":1,\"a\":2}",
    "{\"name\":\"\"}",
    "{\"top_deg\":500,\"bottom_deg\":-500}",
    "{\"state_seq\":-1}",
    "{\"state_seq\":1.5}",
};

static const char *const keys[] = {"id",      "verb",        "args",    "expect",
                                   "lease",   "deadline_ms", "machine", "",
                                   "\\u0000", "verb ",       "x"};

void frames_seed(frames_t *frames, uint64_t seed)
{
    *frames = (frames_t){.state = seed};
}

/* splitmix64 */
static uint64_t next(frames_t *frames)
{
    uint64_t z = frames->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint32_t frames_below(frames_t *frames, uint32_t limit)
{
    return (uint32_t)(next(frames) % limit);
}

#define PICK(frames, list)                                                             \
    ((list)[frames_below(frames, sizeof(list) / sizeof((list)[0]))])

static size_t make_request(frames_t *frames, char *frame)
{
    return (size_t)snprintf(
        frame, FRAMES_SIZE, "{\"id\":\"f%u\",\"verb\":\"%s\",\"%s\":%s,\"%s\":%s}",
        frames->count, PICK(frames, verbs), PICK(frames, keys), PICK(frames, values),
        PICK(frames, keys), PICK(frames, values));
}

static size_t make_noise(frames_t *frames, char *frame)
{
    size_t length = frames_below(frames, 200);
    for (size_t i = 0; i < length; i++) {
        frame[i] = (char)next(frames);
    }
    return length;
}

/* A request with some of its bytes changed, or cut off. */
static size_t make_damaged(frames_t *frames, char *frame)
{
    size_t length = make_request(frames, frame);
    for (uint32_t i = frames_below(frames, 4); i > 0; i--) {
        frame[frames_below(frames, (uint32_t)length)] = (char)next(frames);
    }
    return frames_below(frames, 2) == 0 ? frames_below(frames, (uint32_t)length)
                                        : length;
}

static size_t make_brackets(frames_t *frames, char *frame)
{
    static const char alphabet[] = "{[]}\",:\\ \tid0";
    size_t length = frames_below(frames, 300);
    for (size_t i = 0; i < length; i++) {
        frame[i] = alphabet[frames_below(frames, sizeof(alphabet) - 1)];
    }
    return length;
}

static size_t make_deep(frames_t *frames, char *frame)
{
    size_t depth = 1 + frames_below(frames, 2000);
    size_t used = (size_t)snprintf(frame, FRAMES_SIZE,
                                   "{\"id\":\"f%u\",\"args\":", frames->count);
    memset(frame + used, frames_below(frames, 2) == 0 ? '[' : '{', depth);
    return used + depth;
}

static size_t make_large(frames_t *frames, char *frame)
{
    size_t length = 60000 + frames_below(frames, FRAMES_SIZE - 60000);
    memset(frame, frames_below(frames, 2) == 0 ? ' ' : 'a', length);
    static const char start[20] = "{\"id\":\"big\",\"verb\":";
    memcpy(frame, start, sizeof(start));
    return length;
}

size_t frames_next(frames_t *frames, char frame[static FRAMES_SIZE])
{
    static size_t (*const makers[])(frames_t *, char *) = {
        make_request, make_request,  make_damaged,
        make_damaged, make_brackets, make_noise,
    };
    frames->count++;
    uint32_t rare = frames_below(frames, 200);
    if (rare == 0) {
        return make_large(frames, frame);
    }
    return rare == 1 ? make_deep(frames, frame) : PICK(frames, makers)(frames, frame);
}
