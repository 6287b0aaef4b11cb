/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon from start to end. */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "commissioned.h"
#include "config.h"
#include "farewell.h"
#include "loop.h"
#include "modbus_hal.h"
#include "publish.h"
#include "record.h"
#include "recorder.h"
#include "service.h"
#include "system.h"
#include "ulid.h"

#define ERROR_SIZE 512
#define CONFIG_TEXT_SIZE 65536

/* The rooms of a running daemon, in the order in which they open. */
typedef struct {
    const rh_settings_t *settings;
    rh_loop_t loop;
    rh_recorder_t recorder;
    rh_service_t service;
    rh_commissioned_t commissioned;
    rh_record_t *record;
    rh_publish_t *publish;
    char boot[RH_ULID_SIZE];
    char *config_text;
    int run_lock, state_lock;
    sigset_t signals;
    char error[ERROR_SIZE];
} daemon_t;

static void say(const daemon_t *self, const char *priority, const char *text)
{
    (void)self;
    (void)fprintf(stderr, "%s%s\n", priority, text);
}

static int open_folders(daemon_t *self)
{
    const rh_daemon_settings_t *daemon = &self->settings->daemon;
    int status = rh_system_make_folder(daemon->run_dir, self->error, ERROR_SIZE);
    if (status == 0) {
        status = rh_system_make_folder(daemon->state_dir, self->error, ERROR_SIZE);
    }
    if (status == 0) {
        self->run_lock = rh_system_take_lock(daemon->run_dir, "lock",
                                             "give this one its own --run-dir",
                                             self->error, ERROR_SIZE);
        status = self->run_lock < 0 ? self->run_lock : 0;
    }
    if (status == 0) { /* two would write one history, and one commissioning */
        self->state_lock = rh_system_take_lock(
            daemon->state_dir, "state.lock",
            "give this one a state_dir of its own ([daemon])", self->error, ERROR_SIZE);
        status = self->state_lock < 0 ? self->state_lock : 0;
    }
    return status;
}

static void close_folders(daemon_t *self)
{
    (void)close(self->run_lock);
    (void)close(self->state_lock);
}

static int open_record(daemon_t *self)
{
    int status = rh_record_open(&self->record, self->settings->daemon.state_dir,
                                self->settings->machine.name, self->boot, self->error,
                                ERROR_SIZE);
    if (status == 0 && self->error[0] != '\0') {
        say(self, rh_system_warning(),
            self->error); /* a damaged file was moved aside */
    }
    return status;
}

static void close_record(daemon_t *self)
{
    rh_record_close(self->record);
}

static int open_commissioning(daemon_t *self)
{
    int status = rh_commissioned_read(&self->commissioned, self->settings);
    if (status != 0) {
        (void)snprintf(self->error, ERROR_SIZE, "no memory for the record");
        rh_commissioned_free(&self->commissioned);
    } else if (!self->commissioned.may_arm) {
        say(self, rh_system_warning(), self->commissioned.sentence);
    }
    return status;
}

static void close_commissioning(daemon_t *self)
{
    rh_commissioned_free(&self->commissioned);
}

static int open_loop(daemon_t *self)
{
    int status = rh_loop_init(&self->loop, self->settings, self->error, ERROR_SIZE);
    self->loop.machine.limits.is_commissioned = self->commissioned.may_arm ? 1 : 0;
    self->loop.service_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    self->loop.record_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (status == 0 && (self->loop.service_wake < 0 || self->loop.record_wake < 0)) {
        status = -errno;
        (void)snprintf(self->error, ERROR_SIZE, "eventfd: %s",
                       strerrordesc_np(-status));
    }
    return status;
}

static void close_loop(daemon_t *self)
{
    (void)close(self->loop.service_wake);
    (void)close(self->loop.record_wake);
    rh_loop_free(&self->loop);
}

/* The configuration as it is in force, for `config.show`. */
static char *print_config(const rh_settings_t *settings)
{
    char *text = calloc(1, CONFIG_TEXT_SIZE);
    FILE *file = text != NULL ? fmemopen(text, CONFIG_TEXT_SIZE - 1, "w") : NULL;
    if (file != NULL) {
        (void)rh_config_print(settings, file);
        (void)fclose(file);
    }
    return text;
}

static int open_publish(daemon_t *self)
{
    self->config_text = print_config(self->settings);
    rh_publish_settings_t settings = {
        .daemon = &self->settings->daemon,
        .machine = self->settings->machine.name,
        .boot = self->boot,
        .config_text = self->config_text,
        .commissioning = {.is_needed = self->commissioned.is_needed,
                          .may_arm = self->commissioned.may_arm,
                          .sentence = self->commissioned.sentence,
                          .wiring = self->commissioned.wiring},
        .send = rh_loop_send,
        .stop = rh_loop_stop_word,
        .console = rh_loop_console,
        .loop = &self->loop,
        .mono_ns = rh_clock_mono_ns,
    };
    int status = rh_publish_open(&self->publish, &settings, self->error, ERROR_SIZE);
    if (status != 0) {
        free(self->config_text);
    }
    return status;
}

static void close_publish(daemon_t *self)
{
    rh_publish_close(self->publish);
    free(self->config_text);
}

static int open_hal(daemon_t *self)
{
    self->loop.ops = &rh_hal_modbus;
    int status = self->loop.ops->open(&self->loop.hal, &self->settings->hal,
                                      self->error, ERROR_SIZE);
    if (status == 0) {
        rh_service_wire(&self->service, true);
    }
    return status;
}

static void close_hal(daemon_t *self)
{
    rh_service_wire(&self->service, false);
    self->loop.ops->close(self->loop.hal);
}

static int open_recorder(daemon_t *self)
{
    return rh_recorder_start(&self->recorder);
}

static void close_recorder(daemon_t *self)
{
    rh_recorder_stop(&self->recorder);
}

static int open_service(daemon_t *self)
{
    int status = rh_recorder_init(&self->recorder, &self->loop, self->record);
    return status != 0 ? status
                       : rh_service_start(&self->service, &self->loop, &self->recorder,
                                          self->publish, &self->commissioned);
}

static void close_service(daemon_t *self)
{
    rh_service_stop(&self->service);
    rh_ring_free(&self->recorder.recorded);
}

static int open_control(daemon_t *self)
{
    return rh_loop_start(&self->loop);
}

static void close_control(daemon_t *self)
{
    rh_loop_stop(&self->loop);
}

typedef struct {
    const char *name;
    int (*open)(daemon_t *self);
    void (*close)(daemon_t *self);
} room_t;

/* Opened downwards and closed upwards: what moves stops first. */
static const room_t rooms[] = {
    {"folders", open_folders, close_folders},
    {"record", open_record, close_record},
    {"commissioning", open_commissioning, close_commissioning},
    {"loop", open_loop, close_loop},
    {"publish", open_publish, close_publish},
    {"service", open_service, close_service},
    {"recorder", open_recorder, close_recorder},
    {"hardware", open_hal, close_hal},
    {"control", open_control, close_control},
};

#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

static void block_signals(daemon_t *self)
{
    (void)sigemptyset(&self->signals);
    (void)sigaddset(&self->signals, SIGTERM);
    (void)sigaddset(&self->signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &self->signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void prepare_process(daemon_t *self)
{
    rh_system_small_stacks();
    int status = rh_system_lock_memory();
    if (status != 0) {
        (void)snprintf(
            self->error, ERROR_SIZE,
            "memory is not locked (%s): page faults may delay the control loop; "
            "raise LimitMEMLOCK or run under the shipped unit",
            strerrordesc_np(-status));
        say(self, rh_system_warning(), self->error);
    }
}

static size_t open_rooms(daemon_t *self)
{
    size_t opened = 0;
    while (opened < ROOMS && rooms[opened].open(self) == 0) {
        opened++;
    }
    if (opened < ROOMS) {
        (void)fprintf(stderr, "revhyperd: %s: %s\n", rooms[opened].name, self->error);
    }
    return opened;
}

static void tell_ready(daemon_t *self)
{
    rh_system_notify("READY=1");
    /* The control thread says before its first tick what it was permitted. */
    while (atomic_load(&self->loop.ticks) == 0) {
        rh_clock_sleep_until(rh_clock_mono_ns() + 1000000);
    }
    if (!atomic_load(&self->loop.is_realtime)) {
        say(self, rh_system_warning(),
            "the control loop runs without real-time priority: SCHED_FIFO is not "
            "permitted; "
            "raise LimitRTPRIO or run under the shipped unit");
    }
    if (!atomic_load(&self->loop.is_wakeful)) {
        say(self, rh_system_warning(),
            "the processor may sleep deeply between ticks: /dev/cpu_dma_latency cannot "
            "be written; permit it or run under the shipped unit");
    }
    (void)fprintf(
        stderr,
        "revhyperd %s ready: machine %s, boot %s, endpoints in %s/endpoints.json\n",
        RH_VERSION, self->settings->machine.name, self->boot,
        self->settings->daemon.run_dir);
}

/* Until told to end, and then until nobody is held any more. */
static void serve(daemon_t *self)
{
    int signal_number = 0;
    tell_ready(self);
    (void)sigwait(&self->signals, &signal_number);
    rh_system_notify("STOPPING=1");
    const char *what = rh_farewell(&self->loop, &self->signals);
    if (what != NULL) {
        say(self, rh_system_warning(), what);
    }
}

int rh_daemon_run(const rh_settings_t *settings)
{
    daemon_t *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        (void)fputs("revhyperd: no memory\n", stderr);
        return 1;
    }
    self->settings = settings;
    rh_ulid_t first = {0};
    rh_ulid_make(&first, rh_clock_utc_ms(rh_clock_mono_ns()), self->boot);
    block_signals(self);
    prepare_process(self);
    size_t opened = open_rooms(self);
    if (opened == ROOMS) {
        serve(self);
    }
    for (size_t i = opened; i-- > 0;) {
        rooms[i].close(self);
    }
    free(self);
    return opened == ROOMS ? 0 : 1;
}
