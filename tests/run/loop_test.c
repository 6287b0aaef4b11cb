/* SPDX-License-Identifier: Apache-2.0 */
/* The real control thread over hardware that is the test's: what its ticks are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "loop.h"
#include "rh/units.h"

#define WAIT_S 10
#define SEEN_MAX 4096

/* The hardware: remembers what each tick was told before its samples were filled in,
 * and can hold the loop at the end of one. */
struct rh_hal {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    rh_input_t seen[SEEN_MAX];  /* a tick that reads twice leaves the second */
    int64_t first_ns[SEEN_MAX]; /* the moment of its first read */
    int writes;
    bool holds, is_held;
    int64_t read_pause_ns; /* of the next read */
};

typedef struct {
    rh_settings_t settings;
    rh_loop_t loop;
    rh_hal_t hal;
} bench_t;

static void spin_ns(int64_t ns)
{
    int64_t until_ns = rh_clock_mono_ns() + ns;
    while (rh_clock_mono_ns() < until_ns) {
    }
}

static void fake_read(rh_hal_t *hal, int64_t now_ns, rh_input_t *input)
{
    pthread_mutex_lock(&hal->lock);
    if (hal->writes < SEEN_MAX) {
        int64_t *first_ns = &hal->first_ns[hal->writes];
        *first_ns = *first_ns == 0 ? now_ns : *first_ns;
        hal->seen[hal->writes] = *input;
    }
    int64_t pause_ns = hal->read_pause_ns;
    hal->read_pause_ns = 0;
    pthread_mutex_unlock(&hal->lock);
    spin_ns(pause_ns);
}

static void fake_write(rh_hal_t *hal, const struct rh_grant *grant)
{
    (void)grant;
    pthread_mutex_lock(&hal->lock);
    hal->writes++;
    hal->is_held = hal->holds;
    pthread_cond_broadcast(&hal->changed);
    while (hal->holds) {
        pthread_cond_wait(&hal->changed, &hal->lock);
    }
    hal->is_held = false;
    pthread_mutex_unlock(&hal->lock);
}

static void fake_beat(rh_hal_t *hal)
{
    (void)hal;
}

static const rh_hal_ops_t fake_ops = {
    .name = "fake", .read = fake_read, .write = fake_write, .beat = fake_beat};

/* Waits with the lock held; fails the test when nothing happens. */
static void wait_changed(rh_hal_t *hal)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    if (pthread_cond_timedwait(&hal->changed, &hal->lock, &until) != 0) {
        pthread_mutex_unlock(&hal->lock);
        fail_msg("the loop does not turn");
    }
}

/* From here on no tick ends; how many there were, the held one included. */
static int hold(rh_hal_t *hal)
{
    pthread_mutex_lock(&hal->lock);
    hal->holds = true;
    while (!hal->is_held) {
        wait_changed(hal);
    }
    int count = hal->writes;
    pthread_mutex_unlock(&hal->lock);
    return count;
}

static void let_go(rh_hal_t *hal)
{
    pthread_mutex_lock(&hal->lock);
    hal->holds = false;
    pthread_cond_broadcast(&hal->changed);
    pthread_mutex_unlock(&hal->lock);
}

/* What the tick with that number was told, once it was. */
static const rh_input_t *input_at(rh_hal_t *hal, int index)
{
    assert_in_range(index, 0, SEEN_MAX - 1);
    pthread_mutex_lock(&hal->lock);
    while (hal->writes <= index) {
        wait_changed(hal);
    }
    pthread_mutex_unlock(&hal->lock);
    return &hal->seen[index];
}

static int set_up(void **state)
{
    static bench_t bench;
    char error[512] = "";
    memset(&bench, 0, sizeof(bench));
    if (rh_config_load(&bench.settings, "config/revhyper.conf", NULL, 0, error,
                       sizeof(error)) != 0 ||
        rh_loop_init(&bench.loop, &bench.settings, error, sizeof(error)) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    (void)pthread_mutex_init(&bench.hal.lock, NULL);
    (void)pthread_cond_init(&bench.hal.changed, NULL);
    bench.loop.service_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bench.loop.record_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bench.loop.ops = &fake_ops;
    bench.loop.hal = &bench.hal;
    *state = &bench;
    return rh_loop_start(&bench.loop);
}

static int tear_down(void **state)
{
    bench_t *bench = *state;
    let_go(&bench->hal);
    rh_loop_stop(&bench->loop);
    (void)close(bench->loop.service_wake);
    (void)close(bench->loop.record_wake);
    rh_loop_free(&bench->loop);
    (void)pthread_cond_destroy(&bench->hal.changed);
    (void)pthread_mutex_destroy(&bench->hal.lock);
    return 0;
}

static void a_stall_inside_a_tick_is_told_to_the_next_one(void **state)
{
    bench_t *bench = *state;
    int next = hold(&bench->hal);
    spin_ns(30 * RH_NS_PER_MS);
    let_go(&bench->hal);
    assert_true(input_at(&bench->hal, next)->late_ns >= 27 * RH_NS_PER_MS);
}

/* Else what a bus brought meanwhile would look like a sample from the future. */
static void a_pause_between_clock_and_samples_takes_both_anew(void **state)
{
    bench_t *bench = *state;
    rh_hal_t *hal = &bench->hal;
    int next = hold(hal);
    hal->read_pause_ns = 5 * RH_NS_PER_MS;
    let_go(hal);
    const rh_input_t *input = input_at(hal, next);
    assert_true(input->now_ns - hal->first_ns[next] >= 5 * RH_NS_PER_MS);
    assert_true(input->late_ns >= 5 * RH_NS_PER_MS);
}

static void assert_command(rh_hal_t *hal, int index, uint32_t kind, uint32_t ticket)
{
    const rh_input_t *input = input_at(hal, index);
    assert_int_equal(input->command.kind, kind);
    assert_int_equal(input->command.ticket, ticket);
}

static void
stop_words_pass_a_full_ring_of_commands_which_goes_on_behind_them(void **state)
{
    bench_t *bench = *state;
    rh_command_t command = {.kind = RH_COMMAND_DISARM};
    int next = hold(&bench->hal);
    do {
        command.ticket++;
    } while (rh_loop_send(&bench->loop, &command));
    rh_loop_stop_word(&bench->loop, RH_LANE_UNLOAD, 9001);
    rh_loop_stop_word(&bench->loop, RH_LANE_UNLOAD, 9002);
    rh_loop_stop_word(&bench->loop, RH_LANE_STOP, 9003);
    let_go(&bench->hal);
    assert_command(&bench->hal, next, RH_COMMAND_STOP, 9003);
    assert_command(&bench->hal, next + 1, RH_COMMAND_UNLOAD, 9002);
    assert_command(&bench->hal, next + 2, RH_COMMAND_DISARM, 1);
    assert_command(&bench->hal, next + 3, RH_COMMAND_DISARM, 2);
}

static void a_lease_changed_between_two_ticks_shows_in_its_number(void **state)
{
    bench_t *bench = *state;
    int next = hold(&bench->hal);
    assert_int_equal(input_at(&bench->hal, next - 1)->lease, 0);
    rh_loop_console(&bench->loop, true, 1);
    let_go(&bench->hal);
    assert_true(input_at(&bench->hal, next)->console_present);
    assert_int_equal(input_at(&bench->hal, next)->lease, 1);
    next = hold(&bench->hal);
    rh_loop_console(&bench->loop, false, 1);
    rh_loop_console(&bench->loop, true, 2);
    let_go(&bench->hal);
    assert_true(input_at(&bench->hal, next)->console_present);
    assert_int_equal(input_at(&bench->hal, next)->lease, 2);
}

static void a_command_is_taken_under_the_lease_it_was_given_under(void **state)
{
    bench_t *bench = *state;
    int next = hold(&bench->hal);
    rh_command_t begin = {.kind = RH_COMMAND_ARM_BEGIN, .ticket = 4, .lease = 6};
    rh_loop_console(&bench->loop, true, 6);
    assert_true(rh_loop_send(&bench->loop, &begin));
    rh_loop_console(&bench->loop, false, 6);
    rh_loop_console(&bench->loop, true, 7);
    let_go(&bench->hal);
    assert_command(&bench->hal, next, RH_COMMAND_ARM_BEGIN, 4);
    assert_int_equal(input_at(&bench->hal, next)->lease, 6);
    assert_int_equal(input_at(&bench->hal, next + 1)->lease, 7);
}

/* Whatever the start was told, the gate has the last word at both commands of arming.
 */
static void a_record_taken_back_reaches_the_gate_with_the_next_tick(void **state)
{
    bench_t *bench = *state;
    int next = hold(&bench->hal);
    assert_int_equal(bench->loop.machine.limits.is_commissioned, 1);
    atomic_store(&bench->loop.uncommissioned, true);
    let_go(&bench->hal);
    (void)input_at(&bench->hal, next);
    (void)hold(&bench->hal);
    assert_int_equal(bench->loop.machine.limits.is_commissioned, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_stall_inside_a_tick_is_told_to_the_next_one),
        TEST(stop_words_pass_a_full_ring_of_commands_which_goes_on_behind_them),
        TEST(a_lease_changed_between_two_ticks_shows_in_its_number),
        TEST(a_command_is_taken_under_the_lease_it_was_given_under),
        TEST(a_record_taken_back_reaches_the_gate_with_the_next_tick),
        TEST(a_pause_between_clock_and_samples_takes_both_anew),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
