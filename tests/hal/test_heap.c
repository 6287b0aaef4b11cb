/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No heap in a bus thread once its link is open, errors included. The program brings
 * its own malloc, which counts the calls of threads named bus-*, and hands on to the C
 * library's. Not built with sanitizers, which bring theirs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "rig.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static atomic_int bus_calls;

static void count_call(void)
{
    char name[16] = "";
    (void)prctl(PR_GET_NAME, name);
    if (strncmp(name, "bus-", 4) == 0) {
        atomic_fetch_add(&bus_calls, 1);
    }
}

void *malloc(size_t size)
{
    count_call();
    return __libc_malloc(size);
}

void *calloc(size_t __nmemb, size_t __size)
{
    count_call();
    return __libc_calloc(__nmemb, __size);
}

void *realloc(void *__ptr, size_t __size)
{
    count_call();
    return __libc_realloc(__ptr, __size);
}

void free(void *__ptr)
{
    count_call();
    __libc_free(__ptr);
}

static void bus_threads_leave_the_heap_alone_once_they_run(void **state)
{
    rig_t *rig = *state;
    bench_add_drive(&rig->settings, 1);
    bench_add_cell(&rig->settings, 2, 0);
    bench_add_io(&rig->settings, 3);
    slave_set(rig->slave, 2, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
    assert_true(atomic_load(&bus_calls) > 0); /* the connection: the counter works */
    int before = atomic_load(&bus_calls);
    static const slave_fault_t faults[] = {SLAVE_LATE, SLAVE_TRUNCATED, SLAVE_CRC,
                                           SLAVE_WRONG_UNIT, SLAVE_EXCEPTION};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        slave_fault(rig->slave, 0, 0, faults[i], 20, 1);
        for (int samples = 0; samples < 8; samples++) {
            rig_write(rig, (rh_grant_t){.torque_mnm = -1000 * samples,
                                        .servo_on = samples % 2 == 0});
            rh_hal_modbus.beat(rig->hal);
            (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        }
    }
    assert_true(rig_bus(rig).errors >= 5);
    assert_int_equal(atomic_load(&bus_calls), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bus_threads_leave_the_heap_alone_once_they_run,
                                        rig_set_up_rtu, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
