/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the GPIO lines that a machine's file names are on this computer, for
 * --check-config: chips and lines are looked up, none is taken.
 */
#ifndef RH_LINES_HERE_H
#define RH_LINES_HERE_H

#include <stdio.h>

#include "rh/settings.h"

/* One sentence to `out` for each chip that is not here or may not be opened (the file
 * may be another computer's), and for each line that its chip does not have. 0, or how
 * many lines are not there. */
int rh_lines_here(const rh_hal_settings_t *hal, FILE *out);

#endif
