/* SPDX-License-Identifier: Apache-2.0 */
/* A planted computer and a daemon that is none; see doctor_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "doctor_rig.h"

doctor_rig_t doctor_rig;

#define console (doctor_rig.console)
#define fake (doctor_rig.fake)

int doctor_rig_build(void **state)
{
    (void)state;
    fake = fake_start();
    return 0;
}

int doctor_rig_tear_down(void **state)
{
    (void)state;
    fake_stop(fake);
    return 0;
}

const char *doctor_good_file(void)
{
    static char path[512];
    const char *source = secure_getenv("RH_SOURCE_DIR");
    (void)snprintf(path, sizeof path, "%s/config/revhyper.conf",
                   source != NULL ? source : ".");
    return path;
}

int doctor_run(const char *words, const char *config)
{
    char all[1600];
    (void)snprintf(all, sizeof all, "%s --config %s", words, config);
    return console_run(&console, fake_run_dir(fake), all);
}

bool doctor_says(const char *text)
{
    if (strstr(console.out, text) == NULL) {
        print_error("no `%s` in:\n%s%s", text, console.out, console.err);
        return false;
    }
    return true;
}

void doctor_plant(const char *path, const char *text)
{
    char whole[600];
    char words[1300];
    (void)snprintf(whole, sizeof whole, "%s/host%s", fake_run_dir(fake), path);
    (void)snprintf(words, sizeof words, "mkdir -p $(dirname %.590s)", whole);
    assert_int_equal(system(words), 0); // NOLINT: a test's own folder
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

void doctor_plant_good(void)
{
    doctor_plant("/sys/kernel/realtime", "1\n");
    doctor_plant("/proc/sys/kernel/sched_rt_runtime_us", "950000\n");
    doctor_plant("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                 "tsc\n");
    doctor_plant("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                 "performance\n");
}

int doctor_examine(const char *config)
{
    char words[700];
    (void)snprintf(words, sizeof words, "doctor --root %.500s/host",
                   fake_run_dir(fake));
    return doctor_run(words, config);
}

void doctor_be(const char *health, const char *faults)
{
    char snapshot[2048];
    (void)snprintf(snapshot, sizeof snapshot,
                   "{\"state\":{},\"health\":%s,\"faults\":%s}", health, faults);
    fake_answer(fake, "snapshot", snapshot);
}
