/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Modbus hardware layer share: the machine's hardware while it is
 * open. Private to modbus_hal.c and modbus_open.c.
 */
#ifndef RH_MODBUS_PARTS_H
#define RH_MODBUS_PARTS_H

#include "bus.h"
#include "gpio_hal.h"

#define RH_BUS_OF_NONE (-1) /* the signal is not bound */
#define RH_BUS_OF_GPIO (-2)

struct rh_hal {
    rh_hal_settings_t settings;
    rh_outputs_t outputs;
    rh_bus_t buses[RH_BUS_MAX];
    rh_device_t devices[RH_DEVICE_MAX];
    rh_mailbox_t samples[RH_BUS_MAX], reports[RH_BUS_MAX];
    rh_hal_sample_t newest[RH_BUS_MAX][RH_SIGNAL_COUNT]; /* the control thread's copy */
    rh_bus_report_t reported[RH_BUS_MAX];                /* the service thread's */
    rh_gpio_hal_t gpio;
    rh_hal_sample_t from_gpio[RH_SIGNAL_COUNT];
    int bus_of[RH_SIGNAL_COUNT]; /* or one of the two above */
    int64_t opened_ns;
};

/* Operations of rh_hal_ops_t; see include/rh/hal.h. */
int rh_modbus_open(rh_hal_t **out, const rh_hal_settings_t *settings, char *error,
                   size_t error_size);
int rh_modbus_cycles(const rh_hal_settings_t *settings, double *cycle_ns, char *error,
                     size_t error_size);
void rh_modbus_close(rh_hal_t *hal);

#endif
