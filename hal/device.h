/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device on its bus, resolved from settings and profile: which blocks are read and
 * which signals they hold, what is written at start and read back, what is commanded.
 * Turns jobs into requests and replies into samples; knows no wire and no clock of its
 * own. One device belongs to one bus thread. For the HAL only.
 */
#ifndef RH_HAL_DEVICE_H
#define RH_HAL_DEVICE_H

#include "frame.h"
#include "mailbox.h"
#include "patience.h"
#include "rh/hal.h"
#include "shape.h"

#define RH_LOST_FAILURES 3 /* failed attempts running: the device does not answer */
#define RH_CHANNELS 4
#define RH_STEPS_MAX (RH_PROFILE_STARTUP + 1)

/* ---- jobs: what a bus can do next ------------------------------------------- */

typedef enum {
    RH_JOB_NONE = 0,
    RH_JOB_STEP,    /* the next step of the start-up */
    RH_JOB_CHECK,   /* a value of the start-up, read again */
    RH_JOB_CHANNEL, /* a command register */
    RH_JOB_BITS,    /* the outputs of an I/O module, all in one */
    RH_JOB_BLOCK,   /* a range to read */
    RH_JOB_BOTH     /* a range to read, and the torque written with it: FC23 */
} rh_job_kind_t;

typedef struct {
    rh_job_kind_t kind;
    int device; /* on its bus */
    int index;  /* block or channel */
} rh_job_t;

/* ---- inputs ----------------------------------------------------------------- */

typedef enum {
    RH_ITEM_NUMBER = 0,
    RH_ITEM_FLAG,
    RH_ITEM_DRIVE_STATUS,
    RH_ITEM_TORQUE_CONFIRMED /* not from the reply: the command it answers to */
} rh_item_kind_t;

/* A signal found in a block. signal = register value * gain + offset. */
typedef struct {
    rh_item_kind_t kind;
    int signal, block;
    const rh_register_t *source;
    int at;        /* words or bits from the block's start */
    int status_at; /* its own status word there; -1 = the device's */
    int sign_at;   /* mag32: the word with its sign there */
    double gain, offset;
    bool invert;
} rh_item_t;

typedef struct {
    const rh_block_t *range;
    int status_at; /* where the status word lies in it, or -1 */
    int asked;     /* of the latest request: registers or bits; fewer than the range has
                      bring no sample, and only prove that the wire is in step */
    int failures;  /* running */
} rh_hal_block_t;

/* ---- outputs ---------------------------------------------------------------- */

typedef enum {
    RH_CHANNEL_TORQUE = 0,
    RH_CHANNEL_SPEED,
    RH_CHANNEL_SERVO /* a control word by CiA 402 */
} rh_channel_kind_t;

/* A command register. Numbers are the register's own, as written. */
typedef struct rh_channel {
    rh_channel_kind_t kind;
    const rh_register_t *target;
    /* mode = speed+limit: the torque channel is the torque's size, the speed channel
     * has its direction, and each waits for what the other one has confirmed. Else
     * NULL. */
    const struct rh_channel *partner;
    uint32_t drive_word; /* servo: the drive's newest status word, 0 = none yet */
    double gain, offset; /* of the signal, as in rh_item_t */
    int32_t limit_milli; /* the fence, in the signal's thousandths */
    int32_t sent, confirmed;
    bool is_confirmed; /* since the last (re)connect */
    bool is_open;      /* written since, and not confirmed: it may hold either */
} rh_channel_t;

/* The outputs of an I/O module, one FC15. Positions are from the first, -1 = unbound.
 */
typedef struct {
    int first, count; /* 0 = none bound */
    int heartbeat, servo_on, lamp, buzzer;
    uint32_t invert_outputs;  /* bit per RH_OUTPUT_*: `invert = yes` */
    uint16_t inverted;        /* the same by position */
    uint16_t sent, confirmed; /* as commanded, before inversion */
    bool is_confirmed;
    uint32_t beat_used; /* the beat that the last toggle was made for */
    int64_t sent_ns;
} rh_bits_t;

/* ---- start-up --------------------------------------------------------------- */

typedef struct {
    const rh_register_t *target;
    uint16_t words[2];
    bool readback;
} rh_step_t;

typedef struct {
    rh_step_t steps[RH_STEPS_MAX];
    int count, next;
    bool reads_back; /* the next job reads what the step wrote */
    int64_t not_before_ns;
    int checked;      /* the step that is read again next */
    int64_t check_ns; /* and when */
    uint64_t checks;  /* whole rounds of it */
} rh_startup_state_t;

/* A read whose reply did not come in time. It may still come, and is then told from
 * that to the shorter read which went after it: a slave answers in order. */
typedef struct {
    rh_frame_t request;
    rh_job_t job; /* RH_JOB_NONE: none */
    int asked;
    int64_t ended_ns; /* of the request */
} rh_former_t;

typedef struct {
    const rh_device_settings_t *settings;
    rh_item_t items[RH_SIGNAL_COUNT];
    int item_count;
    rh_hal_block_t blocks[RH_PROFILE_BLOCKS];
    int block_count;
    rh_channel_t channels[RH_CHANNELS];
    int channel_count;
    int both; /* the block that takes the torque along (FC23); -1 = none */
    rh_bits_t bits;
    rh_startup_state_t startup;
    bool may_be_ready; /* a drive without known fences never is */
    bool is_ready;
    int failures;     /* running */
    int64_t probe_ns; /* lost: not asked before this */
    bool has_status;
    uint32_t status;
    rh_patience_t patience;
    rh_asked_t asked;
    rh_former_t former; /* the latest read of a whole block without a reply */
    bool is_numbered;   /* TCP: a number tells its replies apart */
    int64_t gap_ns;     /* silence before and after its frames */
    uint64_t replies, errors;
    uint64_t timeouts, garbled; /* of the errors: silence; bytes that were no reply */
    int64_t last_reply_ns;
    char problem[RH_HAL_TEXT]; /* why it is not ready, or was not */
} rh_device_t;

/* Register value to signal: gain and offset of profile, device and binding together.
 * The drive's percent of rated torque and rpm become N m and deg/s at the arm. */
double rh_device_gain(const rh_device_settings_t *settings, const rh_register_t *source,
                      double binding_scale);

/* The drive's channel of a kind, or NULL. */
const rh_channel_t *rh_device_channel(const rh_device_t *device,
                                      rh_channel_kind_t kind);

/* The torque that the drive is confirmed to be told, as the number of its register and
 * with its direction; false while none is confirmed. */
bool rh_channel_confirmed(const rh_channel_t *torque, int32_t *number);

/* Something is to be written: another number, or one that nobody has confirmed. */
bool rh_channel_is_changed(const rh_channel_t *channel, const rh_outputs_t *outputs);

/* The way to safety: torque to zero, power off. It goes before everything. */
bool rh_channel_is_retreat(const rh_channel_t *channel, const rh_outputs_t *outputs);

/* What the channel wants now, as the register's number. Within the fence. */
int32_t rh_channel_wanted(const rh_channel_t *channel, const rh_outputs_t *outputs);

/* The bits wanted now, `beat` being the newest. A heartbeat bit moves to the complement
 * of the confirmed one only when the beat advanced since its last move; else it stays
 * as it was last sent. */
uint16_t rh_bits_wanted(const rh_bits_t *bits, const rh_outputs_t *outputs,
                        uint32_t beat);

/* Makes the job's request and notes what is sent. */
void rh_device_request(rh_device_t *device, rh_job_t job, const rh_outputs_t *outputs,
                       int64_t now_ns, rh_frame_t *request);

/* Would the next read of the job's block, after one without a reply, be a shorter one?
 */
bool rh_device_reads_short(const rh_device_t *device, rh_job_t job, int64_t now_ns);

/* Would the reply to the job be told from any that may still come? */
bool rh_device_is_told_apart(const rh_device_t *device, rh_job_t job, int64_t now_ns);

/* A good reply: samples[] (by signal) or confirmed outputs or the next step. False when
 * it was too short for samples and the job is still to be done. */
bool rh_device_take(rh_device_t *device, rh_job_t job, const uint8_t *reply,
                    int64_t stamp_ns, rh_hal_sample_t *samples);

/* No good reply. From the third running the device is lost; where `was_heard` (an
 * answer to an earlier request came instead: the wire is out of step, not the device
 * silent) the failure is counted and no more. */
void rh_device_fail(rh_device_t *device, rh_job_t job, bool was_heard, int64_t now_ns,
                    rh_hal_sample_t *samples);

/* The device is alive and says that it has no time (exceptions 5 and 6): asked again in
 * a while, nothing is lost but the sample. */
void rh_device_wait(rh_device_t *device, rh_job_t job, int64_t now_ns);

/* Lost, or about to be asked for the first time: not ready, its samples lost,
 * everything to be written again. */
void rh_device_forget(rh_device_t *device, rh_hal_sample_t *samples);

bool rh_device_is_lost(const rh_device_t *device);

#endif
