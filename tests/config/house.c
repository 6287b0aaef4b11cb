/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of configuration files to spoil. */
#include "house.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 512
#define NAME_SIZE 200 /* of a file in the house */

static const char *const devices[] = {"rtelligent-dsy", "pt113", "briter-brt38",
                                      "generic-io"};

static char *read_text(const char *path, char *text)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(text, 1, HOUSE_TEXT - 1, file);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

const char *house_wish(const char *name)
{
    return getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
}

char *source_text(const char *file)
{
    static char text[HOUSE_TEXT];
    char path[PATH_SIZE];
    const char *root = house_wish("RH_SOURCE_DIR");
    (void)snprintf(path, sizeof(path), "%s/%s", root != NULL ? root : ".", file);
    return read_text(path, text);
}

char *house_text(const house_t *house, const char *file)
{
    static char text[HOUSE_TEXT];
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%s", house->folder, file);
    return read_text(path, text);
}

void house_write(const house_t *house, const char *file, const char *text)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%s", house->folder, file);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

int house_line(const house_t *house, const char *file, const char *text)
{
    const char *all = house_text(house, file);
    const char *found = strstr(all, text);
    assert_non_null(found);
    found += strspn(text, "\n");
    int line = 1;
    for (const char *at = all; at < found; at++) {
        line += *at == '\n';
    }
    return line;
}

void house_edit(const house_t *house, const char *file, const char *from,
                const char *to)
{
    static char spoilt[2 * HOUSE_TEXT];
    const char *all = house_text(house, file);
    const char *found = strstr(all, from);
    if (found == NULL) {
        print_error("%s has no \"%s\"\n", file, from);
    }
    assert_non_null(found);
    (void)snprintf(spoilt, sizeof(spoilt), "%.*s%s%s", (int)(found - all), all, to,
                   found + strlen(from));
    house_write(house, file, spoilt);
}

int house_build(void **state)
{
    house_t *house = calloc(1, sizeof(*house));
    char path[NAME_SIZE];
    (void)snprintf(house->folder, sizeof(house->folder), "/tmp/rh-config-XXXXXX");
    if (mkdtemp(house->folder) == NULL) {
        free(house);
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/devices", house->folder);
    if (mkdir(path, 0700) != 0) {
        free(house);
        return -1;
    }
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        (void)snprintf(path, sizeof(path), "config/devices/%s.conf", devices[i]);
        const char *text = source_text(path);
        house_write(house, path + strlen("config/"), text);
    }
    house_write(house, "machine.conf",
                source_text("config/machines/simulated-rtu.conf"));
    house_edit(house, "machine.conf", "../devices", "devices");
    house_write(house, "main.conf", "[daemon]\nmachine = machine.conf\n\n[training]\n");
    *state = house;
    return 0;
}

int house_tear_down(void **state)
{
    house_t *house = *state;
    char path[PATH_SIZE];
    static const char *const files[] = {"main.conf", "machine.conf", "printed.conf"};
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/devices/%s.conf", house->folder,
                       devices[i]);
        (void)unlink(path);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", house->folder, files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof(path), "%s/devices", house->folder);
    (void)rmdir(path);
    (void)rmdir(house->folder);
    free(house);
    return 0;
}

/* Of a signal whose source is `from`: the rest of its section stays. */
static void move_source(const house_t *house, const char *from, const char *to)
{
    char old[160];
    char new[160];
    (void)snprintf(old, sizeof(old), "source = %s\n", from);
    (void)snprintf(new, sizeof(new), "source = %s\n", to);
    house_edit(house, "machine.conf", old, new);
}

void house_make_real(const house_t *house)
{
    static const char *const lines[][2] = {{"path = bus-drive", "path = /dev/ttyUSB0"},
                                           {"path = bus-cells", "path = /dev/ttyUSB1"},
                                           {"path = bus-io", "path = /dev/ttyUSB2"},
                                           {"path = bus-pads", "path = /dev/ttyUSB3"}};
    house_edit(house, "machine.conf", "simulated = yes\n", "");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        house_edit(house, "machine.conf", lines[i][0], lines[i][1]);
    }
}

void house_put_on_gpio(const house_t *house)
{
    static const char sections[] =
        "[quadrature arm]\nchip = gpio-sim.0-node0\nline_a = 10\nline_b = 11\n"
        "bias = up\ncounts_per_turn = 4096\nhome_deg = -90\n\n"
        "[hx711 seat]\nchip = gpio-sim.0-node0\nclock = HX_CLK\ndata = HX_DAT\n"
        "gain = 64\nscale = 0.01\noffset = -3.5\n\n"
        "[signal aux_force]\nsource = hx711:seat/force\n\n"
        "[signal buzzer]\nsource = gpio:gpio-sim.0-node0/15\n\n[signal arm_angle]\n";
    static const char *const moves[][2] = {
        {"modbus:io/input0",
         "gpio:gpio-sim.0-node0/ESTOP_A\nbias = up\ninvert = yes\ndebounce_ms = 5"},
        {"modbus:io/input1", "gpio:gpio-sim.0-node0/1\nbias = down"},
        {"modbus:io/input2", "gpio:gpio-sim.0-node0/2\nbias = none\ninvert = yes"},
        {"modbus:io/output0", "gpio:gpio-sim.0-node0/12"},
        {"modbus:io/output1", "gpio:gpio-sim.0-node0/13"},
    };
    house_edit(house, "machine.conf", "[signal arm_angle]\n", sections);
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        move_source(house, moves[i][0], moves[i][1]);
    }
}

int house_load(house_t *house, const rh_override_t *overrides, size_t count)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/main.conf", house->folder);
    house->error[0] = '\0';
    return rh_config_load(&house->settings, path, overrides, count, house->error,
                          sizeof(house->error));
}

void house_accepts(house_t *house)
{
    int status = house_load(house, NULL, 0);
    if (status != 0) {
        print_error("%s\n", house->error);
    }
    assert_int_equal(status, 0);
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        print_error("\"%s\"\nis not in\n\"%s\"\n", part, text);
    }
    assert_non_null(strstr(text, part));
}

void house_refuses(house_t *house, const char *file, const char *at, const char *reason)
{
    assert_int_equal(house_load(house, NULL, 0), -EINVAL);
    if (at != NULL) {
        char place[PATH_SIZE];
        (void)snprintf(place, sizeof(place), "%s/%s:%d: ", house->folder, file,
                       house_line(house, file, at));
        assert_holds(house->error, place);
        assert_ptr_equal(strstr(house->error, place), house->error);
    }
    assert_holds(house->error, reason);
}

void machine_refuses(house_t *house, const char *from, const char *to,
                     const char *reason)
{
    house_edit(house, "machine.conf", from, to);
    house_refuses(house, "machine.conf", to, reason);
}

void set_refuses(house_t *house, const char *key, const char *value, const char *reason)
{
    const rh_override_t row = {key, value};
    assert_int_equal(house_load(house, &row, 1), -EINVAL);
    assert_ptr_equal(strstr(house->error, "--set: "), house->error);
    assert_holds(house->error, reason);
}

static void forget_places(rh_settings_t *settings)
{
    rh_hal_settings_t *hal = &settings->hal;
    for (int i = 0; i < RH_BINDING_MAX; i++) {
        memset(hal->bindings[i].where, 0, sizeof(hal->bindings[i].where));
    }
    for (int i = 0; i < RH_GPIO_SOURCES_MAX; i++) {
        memset(hal->quadratures[i].where, 0, sizeof(hal->quadratures[i].where));
        memset(hal->hx711s[i].where, 0, sizeof(hal->hx711s[i].where));
    }
}

void house_same_settings(const rh_settings_t *a, const rh_settings_t *b)
{
    static rh_settings_t copies[2];
    copies[0] = *a;
    copies[1] = *b;
    forget_places(&copies[0]);
    forget_places(&copies[1]);
    assert_memory_equal(&copies[0], &copies[1], sizeof(copies[0]));
}
