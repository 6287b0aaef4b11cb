/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files into a draft by the table of keys: known sections and keys only, each once,
 * each in its range, none of the required missing. For the config room alone.
 */
#ifndef RH_CONFIG_READ_H
#define RH_CONFIG_READ_H

#include <stdio.h>

#include "draft.h"

/* Opens a file to read it, without waiting: a pipe that nobody writes to, or a device,
 * would hold the daemon up. NULL: *number is the errno, EINVAL where it is no regular
 * file. The caller closes it. */
FILE *rh_read_open(const char *path, int *number);
/* What such a number says. */
const char *rh_read_why(int number);

/* Reads a file; `files` (RH_FILE_*) says which sections it may hold. 0, -EINVAL or the
 * negative errno of opening it, with the draft's error filled. */
int rh_read_file(rh_draft_t *draft, rh_source_file_t source, const char *path,
                 unsigned files);

/* The same from memory; the name for the errors is in draft->files[source]. */
int rh_read_text(rh_draft_t *draft, rh_source_file_t source, const char *text,
                 size_t size, unsigned files);

/* "section.key" or "bus drive.port" from the command line. Only sections of the files
 * `files` are looked at, others are left for a later call (0). */
int rh_read_set(rh_draft_t *draft, const char *name, const char *value, unsigned files);

/* Keys that must be stated and are not, from the part `first` on. */
int rh_read_check_required(rh_draft_t *draft, int first);

/* The folder of a file, joined with a path that is not absolute. -ENAMETOOLONG. */
int rh_read_join(const char *file, const char *path, char *joined, size_t size);

#endif
