/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serial ports as they come and go: an adapter that returns as another device behind
 * the same link, a port that somebody else holds, a rate that is not in force, an
 * adapter that keeps replies back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "port.h"
#include "rig.h"

#define MS INT64_C(1000000)

static void start(rig_t *rig)
{
    bench_add_cell(&rig->settings, 1, 0);
    slave_set(rig->slave, 1, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
}

static void device_behind(const rig_t *rig, char *device, size_t size)
{
    char link[100];
    (void)snprintf(link, sizeof(link), "%s/wire", rig->dir);
    ssize_t length = readlink(link, device, size - 1);
    assert_true(length > 0);
    device[length] = '\0';
}

static void
an_adapter_that_comes_back_as_another_device_is_found_by_its_link(void **state)
{
    rig_t *rig = *state;
    char before[64];
    char after[64];
    start(rig);
    device_behind(rig, before, sizeof(before));
    rig_unplug(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_LOST));
    int other = posix_openpt(O_RDWR | O_NOCTTY); /* takes the number that is free */
    assert_true(other >= 0);
    int64_t plugged_ns = slave_now_ns();
    rig_plug(rig);
    device_behind(rig, after, sizeof(after));
    assert_string_not_equal(before, after);
    slave_set(rig->slave, 1, 7, 0x0002);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    print_message("%s came back as %s, heard after %d ms\n", before, after,
                  (int)((slave_now_ns() - plugged_ns) / MS));
    assert_true(rig_bus(rig).reconnects >= 1);
    assert_true(rig_bus(rig).is_up);
    close(other);
}

static bool await_error(rh_hal_t *hal, const char *word)
{
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    rh_hal_stats_t stats;
    while (slave_now_ns() < until_ns) {
        rh_hal_modbus.stats(hal, &stats);
        if (strstr(stats.buses[0].last_error, word) != NULL) {
            return true;
        }
        bench_pause();
    }
    return false;
}

/* A second daemon, or a probe beside the daemon: it is refused, and the first one's
 * traffic is not disturbed. */
static void a_port_that_another_program_holds_is_not_opened(void **state)
{
    rig_t *rig = *state;
    rh_hal_t *second = NULL;
    char error[RH_HAL_TEXT] = "";
    start(rig);
    assert_int_equal(rh_hal_modbus.open(&second, &rig->settings, error, sizeof(error)),
                     0);
    assert_true(await_error(second, "another program holds it"));
    assert_int_equal(bench_sample(second, RH_SIGNAL_STRAP_LEFT).quality,
                     RH_QUALITY_NONE);
    assert_true(bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT).quality == RH_QUALITY_GOOD);
    rig_close(rig);
    assert_true(bench_await_quality(second, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    rh_hal_modbus.close(second);
}

static void the_rate_in_force_is_read_back_from_the_driver(void **state)
{
    struct termios raw;
    char name[64];
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    (void)state;
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, name, sizeof(name)), 0);
    int port = open(name, O_RDWR | O_NOCTTY);
    assert_true(port >= 0);
    const struct {
        speed_t word;
        int32_t baud;
    } rates[] = {{B9600, 9600}, {B115200, 115200}, {B460800, 460800}};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        assert_int_equal(tcgetattr(port, &raw), 0);
        cfmakeraw(&raw);
        cfsetspeed(&raw, rates[i].word);
        assert_int_equal(tcsetattr(port, TCSANOW, &raw), 0);
        assert_int_equal(rh_port_baud(port), rates[i].baud);
    }
    close(port);
    assert_true(rh_port_baud(port) < 0);
    close(master);
}

/* ---- the adapter's latency, on a sysfs of paper -------------------------------- */

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void latency_of_an_adapter_is_found_behind_its_link(void **state)
{
    char dir[64];
    char path[160];
    char link[160];
    const char *const folders[] = {"/class", "/class/tty", "/class/tty/ttyUSB0",
                                   "/class/tty/ttyUSB0/device"};
    (void)state;
    bench_folder(dir, sizeof(dir));
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", dir, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    (void)snprintf(path, sizeof(path), "%s/ttyUSB0", dir); /* stands for /dev/ttyUSB0 */
    put(path, "");
    (void)snprintf(link, sizeof(link), "%s/usb-FTDI-if00-port0", dir);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(rh_port_latency_ms(dir, link), -1); /* not an FTDI: no timer */
    (void)snprintf(path, sizeof(path), "%s/class/tty/ttyUSB0/device/latency_timer",
                   dir);
    put(path, "16\n");
    assert_int_equal(rh_port_latency_ms(dir, link), 16);
    put(path, "1\n");
    assert_int_equal(rh_port_latency_ms(dir, link), 1);
    put(path, "soon\n");
    assert_int_equal(rh_port_latency_ms(dir, link), -1);
    assert_int_equal(rh_port_latency_ms(dir, "/nowhere/ttyUSB9"), -1);
    (void)snprintf(path, sizeof(path), "rm -r %s", dir);
    assert_int_equal(system(path), 0);
}

/* Limits may be opened on a simulated machine: there no wire may lead to a real one. */
static void a_simulated_machine_opens_no_real_port(void **state)
{
    rig_t *rig = *state;
    char device[64];
    device_behind(rig, device, sizeof(device));
    int claim = rh_port_claim(device, true);
    assert_true(claim >= 0);
    close(claim);
    assert_int_equal(rh_port_claim("/dev/null", true), -EXDEV);
    bench_add_cell(&rig->settings, 1, 0);
    rig->settings.buses[0].must_be_simulated = true;
    (void)snprintf(rig->settings.buses[0].path, sizeof(rig->settings.buses[0].path),
                   "/dev/null");
    rig_open(rig);
    assert_true(await_error(rig->hal, "/dev/null is a real port and was left alone"));
}

/* A gateway on this board answers on the loopback as well as a simulator does. */
static void a_simulated_machine_opens_no_port_but_a_simulators(void **state)
{
    char dir[] = "/tmp/rh-tcp-XXXXXX";
    char link[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(link, sizeof(link), "%s/bus-drive", dir);
    assert_int_equal(rh_port_check_simulated(link, 15020), -EXDEV);
    assert_int_equal(symlink("tcp:15020", link), 0);
    assert_int_equal(rh_port_check_simulated(link, 15020), 0);
    assert_int_equal(rh_port_check_simulated(link, 1502), -EXDEV);
    assert_int_equal(rh_port_check_simulated(link, 15021), -EXDEV);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(dir), 0);
}

#define wire_test(name)                                                                \
    cmocka_unit_test_setup_teardown(name, rig_set_up_rtu, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        wire_test(an_adapter_that_comes_back_as_another_device_is_found_by_its_link),
        wire_test(a_port_that_another_program_holds_is_not_opened),
        wire_test(a_simulated_machine_opens_no_real_port),
        cmocka_unit_test(a_simulated_machine_opens_no_port_but_a_simulators),
        cmocka_unit_test(the_rate_in_force_is_read_back_from_the_driver),
        cmocka_unit_test(latency_of_an_adapter_is_found_behind_its_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
