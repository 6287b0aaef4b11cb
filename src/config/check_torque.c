/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The torque that is commanded, the one that the drive confirms and the one that it
 * measures are held against each other by the gate: one quantity, turned one way. A
 * scale of the other sign on one of them would arm, and end in the first lifts.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "steps.h"

static int find(const rh_hal_settings_t *hal, int signal, bool is_output)
{
    for (int i = 0; i < hal->binding_count; i++) {
        if (hal->bindings[i].signal == signal &&
            hal->bindings[i].is_output == is_output &&
            hal->bindings[i].kind == RH_SOURCE_MODBUS) {
            return i;
        }
    }
    return -1;
}

static int refuse(rh_draft_t *draft, int index, const char *key, const char *remedy,
                  const char *what)
{
    return rh_draft_refuse(draft, rh_draft_part_of(draft, RH_SECTION_SIGNAL, index),
                           key, remedy, "%s", what);
}

static bool is_turned(const rh_hal_settings_t *hal, const rh_binding_t *binding)
{
    const rh_register_t *reg =
        rh_profile_role(&hal->devices[binding->device].profile, binding->role);
    return signbit(binding->scale * reg->scale) != 0;
}

static int check_confirmed(rh_draft_t *draft, int confirmed, int command)
{
    const rh_binding_t *a = &draft->settings.hal.bindings[confirmed];
    const rh_binding_t *b = &draft->settings.hal.bindings[command];
    if (a->device != b->device || strcmp(a->role, b->role) != 0) {
        return refuse(draft, confirmed, "source",
                      "give it the source of torque_command",
                      "it confirms what was written for torque_command, and comes from "
                      "elsewhere");
    }
    if (fabs(a->scale - b->scale) > 0.0 || fabs(a->offset - b->offset) > 0.0) {
        return refuse(
            draft, confirmed, "scale", "give it scale and offset of torque_command",
            "it is the same register as torque_command, and scaled otherwise");
    }
    return 0;
}

static int check_measured(rh_draft_t *draft, int measured, int command)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_binding_t *binding = &hal->bindings[measured];
    if (strncmp(binding->role, "torque", strlen("torque")) != 0) {
        return refuse(
            draft, measured, "source",
            "take a role whose name begins with torque, in percent of the "
            "rated torque",
            "it is held against torque_command in N m, and this role is no torque");
    }
    if (is_turned(hal, binding) != is_turned(hal, &hal->bindings[command])) {
        return refuse(draft, measured, "scale",
                      "where the motor turns the other way, turn the scales of "
                      "torque_command, torque_confirmed, drive_torque, motor_angle and "
                      "motor_rate together",
                      "it has the other sign than torque_command");
    }
    return 0;
}

int rh_draft_check_torque(rh_draft_t *draft)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    int command = find(hal, RH_OUTPUT_TORQUE_COMMAND, true);
    int confirmed = find(hal, RH_SIGNAL_TORQUE_CONFIRMED, false);
    int measured = find(hal, RH_SIGNAL_DRIVE_TORQUE, false);
    int status = 0;
    if (command >= 0 && confirmed >= 0) {
        status = check_confirmed(draft, confirmed, command);
    }
    if (status == 0 && command >= 0 && measured >= 0) {
        status = check_measured(draft, measured, command);
    }
    return status;
}
