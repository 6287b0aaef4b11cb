/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bus's wire, over libmodbus 3.1.6: its settings, opened and closed. What goes over
 * it is exchange.c.
 */
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "link_parts.h"
#include "port.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_US INT64_C(1000)
#define CONNECT_TIMEOUT_US 250000
#define BAUD_TOLERANCE_PERCENT 2
#define PERCENT 100

static const int32_t bauds[] = {110,     300,     600,     1200,    2400,    4800,
                                9600,    19200,   38400,   57600,   115200,  230400,
                                460800,  500000,  576000,  921600,  1000000, 1152000,
                                1500000, 2000000, 2500000, 3000000, 3500000, 4000000};

bool rh_link_baud_is_known(int32_t baud)
{
    for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
        if (bauds[i] == baud) {
            return true;
        }
    }
    return false;
}

bool rh_link_format_parse(const char *format, int *data, char *parity, int *stop)
{
    if (strlen(format) != 3 || strchr("78", format[0]) == NULL ||
        strchr("NEO", format[1]) == NULL || strchr("12", format[2]) == NULL) {
        return false;
    }
    *data = format[0] - '0';
    *parity = format[1];
    *stop = format[2] - '0';
    return true;
}

static int64_t or_default_ns(int32_t us, int32_t otherwise_us)
{
    return (us > 0 ? us : otherwise_us) * NS_PER_US;
}

/* Of one character; the longest where the format is none that is known. */
static int char_bits(const rh_bus_settings_t *settings)
{
    int data = 8;
    int stop = 2;
    char parity = 'N';
    (void)rh_link_format_parse(settings->format, &data, &parity, &stop);
    return 1 + data + (parity != 'N') + stop;
}

int64_t rh_link_char_ns(const rh_bus_settings_t *bus)
{
    return bus->is_tcp || bus->baud <= 0 ? 0 : char_bits(bus) * NS_PER_S / bus->baud;
}

static modbus_t *new_serial(rh_link_t *link, const rh_bus_settings_t *settings,
                            const char *path)
{
    int data = 0;
    int stop = 0;
    char parity = 0;
    if (!rh_link_format_parse(settings->format, &data, &parity, &stop) ||
        !rh_link_baud_is_known(settings->baud)) {
        errno = EINVAL;
        return NULL;
    }
    link->char_ns = rh_link_char_ns(settings);
    return modbus_new_rtu(path, settings->baud, parity, data, stop);
}

int32_t rh_link_least_gap_us(const rh_bus_settings_t *bus)
{
    if (bus->is_tcp || bus->baud <= 0) {
        return 0;
    }
    int64_t seven_us =
        INT64_C(7) * char_bits(bus) * (NS_PER_S / NS_PER_US); /* of two gaps */
    int64_t twice = 2 * (int64_t)bus->baud;
    return (int32_t)((seven_us + twice - 1) / twice);
}

/* Once open: nobody else may, and the rate is what was asked for, or near enough for
 * ten bits. */
static int check_port(const rh_link_t *link, const rh_bus_settings_t *settings)
{
    int fd = modbus_get_socket(link->context);
    int error = rh_port_close_door(fd);
    int64_t baud = rh_port_baud(fd);
    int64_t off = baud > settings->baud ? baud - settings->baud : settings->baud - baud;

    if (error != 0) {
        return error;
    }
    if (baud < 0) {
        return (int)baud;
    }
    return off * PERCENT <= (int64_t)settings->baud * BAUD_TOLERANCE_PERCENT ? 0
                                                                             : -ERANGE;
}

static int connect_link(rh_link_t *link, const rh_bus_settings_t *settings)
{
    if (modbus_connect(link->context) != 0) {
        return -errno;
    }
    return link->is_tcp ? 0 : check_port(link, settings);
}

/* Before libmodbus changes another one's settings, or speaks to a real machine. */
static int claim_port(rh_link_t *link, const rh_bus_settings_t *settings,
                      const char *path)
{
    if (settings->is_tcp) {
        return settings->must_be_simulated
                   ? rh_port_check_simulated(path, settings->port)
                   : 0;
    }
    link->claim = rh_port_claim(path, settings->must_be_simulated);
    return link->claim < 0 ? link->claim : 0;
}

int rh_link_open(rh_link_t *link, const rh_bus_settings_t *settings, const char *path,
                 int32_t gap_us)
{
    *link = (rh_link_t){
        .is_tcp = settings->is_tcp, .gap_ns = gap_us * NS_PER_US, .claim = -1};
    int error = claim_port(link, settings, path);
    if (error != 0) {
        return error;
    }
    link->response_timeout_ns = or_default_ns(settings->response_timeout_us, 8000);
    link->resync_ns = or_default_ns(settings->resync_us, 5000);
    link->context = settings->is_tcp ? modbus_new_tcp(settings->host, settings->port)
                                     : new_serial(link, settings, path);
    if (link->context == NULL) {
        error = -errno;
        rh_link_close(link);
        return error;
    }
    rh_link_set_timeout(link,
                        CONNECT_TIMEOUT_US); /* libmodbus connects within this one */
    modbus_set_byte_timeout(link->context, 0, 0);
    modbus_set_error_recovery(link->context, MODBUS_ERROR_RECOVERY_NONE);
    error = connect_link(link, settings);
    if (error != 0) {
        rh_link_close(link);
        return error;
    }
    link->quiet_ns = rh_pace_now_ns();
    return 0;
}

void rh_link_close(rh_link_t *link)
{
    if (link->context != NULL) {
        modbus_close(link->context);
        modbus_free(link->context);
        link->context = NULL;
    }
    if (link->claim >= 0) {
        close(link->claim);
        link->claim = -1;
    }
}
