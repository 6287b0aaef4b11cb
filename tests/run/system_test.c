/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon asks of the kernel, asked of this one. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "system.h"

static void the_control_thread_keeps_to_the_last_processor_it_may_use(void **state)
{
    (void)state;
    cpu_set_t before;
    cpu_set_t after;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(rh_system_pin(), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
    size_t last = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        last = CPU_ISSET(cpu, &before) ? cpu : last;
    }
    assert_int_equal(CPU_COUNT(&after), 1);
    assert_true(CPU_ISSET(last, &after));
    assert_int_equal(rh_system_pin(), 0); /* one is left: that one stays */
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_control_thread_keeps_to_the_last_processor_it_may_use),
    };
    return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
