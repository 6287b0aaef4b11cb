/* SPDX-License-Identifier: Apache-2.0 */
#include "cycle_check.h"

#include <errno.h>
#include <stdio.h>

#define NS_PER_MS 1e6
#define TOLERANCE 1.03 /* turnarounds and rates are rounded in profiles */

/* The bus that carries the torque; -1 where none does. */
static int drive_bus(const rh_hal_settings_t *hal)
{
    for (int i = 0; i < hal->binding_count; i++) {
        const rh_binding_t *binding = &hal->bindings[i];
        if (binding->is_output && binding->signal == RH_OUTPUT_TORQUE_COMMAND &&
            binding->kind == RH_SOURCE_MODBUS) {
            return hal->devices[binding->device].bus;
        }
    }
    return -1;
}

int rh_cycle_check(const rh_hal_ops_t *ops, const rh_settings_t *settings, char *error,
                   size_t error_size)
{
    double cycle_ns[RH_BUS_MAX] = {0.0};
    int status = ops->cycles(&settings->hal, cycle_ns, error, error_size);
    int bus = drive_bus(&settings->hal);
    if (status != 0 || bus < 0) {
        return status;
    }
    double needed_ms = cycle_ns[bus] / NS_PER_MS;
    if (needed_ms <= settings->limits.cycle_ms * TOLERANCE) {
        return 0;
    }
    (void)snprintf(
        error, error_size,
        "[limits] cycle_ms = %g, but bus %s needs %.2f ms for one cycle of the "
        "drive: damping for the shorter one would shake the arm; write "
        "cycle_ms = %.2f, or read less on that bus",
        settings->limits.cycle_ms, settings->hal.buses[bus].name, needed_ms, needed_ms);
    return -EINVAL;
}
