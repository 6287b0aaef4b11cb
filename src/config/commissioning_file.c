/* SPDX-License-Identifier: Apache-2.0 */
/* The two copies of a record of commissioning on the disk; see commissioning.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commissioning.h"
#include "read.h"

#define FIRST_LINE "revhyper-commissioning 1\n"
#define CHECKSUM "checksum = "
#define WIRING "wiring\n"
#define PATH_SIZE 512

static const char *const copies[] = {RH_COMMISSIONING_FILE_A, RH_COMMISSIONING_FILE_B};

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t sum_of(const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    }
    return hash;
}

/* ---- reading --------------------------------------------------------------------- */

/* The whole file as a string on the heap, or NULL with *status. */
static char *read_text(const char *path, int *status)
{
    int number = 0;
    FILE *file = rh_read_open(path, &number);
    if (file == NULL) {
        *status = -number;
        return NULL;
    }
    char *text = calloc(1, RH_COMMISSIONING_MAX + 1);
    size_t length = text != NULL ? fread(text, 1, RH_COMMISSIONING_MAX, file) : 0;
    *status = text == NULL ? -ENOMEM : ferror(file) != 0 ? -EIO : 0;
    (void)fclose(file);
    if (*status == 0 && strlen(text) != length) {
        *status = -EBADMSG;
    }
    if (*status != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* Cuts the checksum's line off; false where it is not that of what stands before. */
static bool is_whole(char *text)
{
    char *line = NULL;
    for (char *at = strstr(text, "\n" CHECKSUM); at != NULL;
         at = strstr(at + 1, "\n" CHECKSUM)) {
        line = at + 1;
    }
    if (strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0 || line == NULL) {
        return false;
    }
    char wanted[64];
    (void)snprintf(wanted, sizeof(wanted), CHECKSUM "%016" PRIx64 "\n",
                   sum_of(text, (size_t)(line - text)));
    bool is_it = strcmp(line, wanted) == 0;
    *line = '\0';
    return is_it;
}

/* The rest of a line that begins with `key = `, copied; false: it does not. */
static bool take(const char *line, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0 || strncmp(line + length, " = ", 3) != 0) {
        return false;
    }
    const char *from = line + length + 3;
    (void)snprintf(value, size, "%.*s", (int)strcspn(from, "\n"), from);
    return true;
}

/* "WORD NAME = ok|failed DATE VALUES" */
static void take_step(const char *line, const char *word,
                      rh_commissioning_result_t steps[RH_COMMISSIONING_COUNT])
{
    char key[64];
    char value[420];
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        rh_commissioning_result_t *step = &steps[i];
        (void)snprintf(key, sizeof(key), "%s %s", word, rh_commissioning_name(i));
        if (take(line, key, value, sizeof(value))) {
            char *date = strchr(value, ' ');
            char *values = date != NULL ? strchr(date + 1, ' ') : NULL;
            step->is_ok = strncmp(value, "ok ", 3) == 0;
            if (values != NULL) {
                *values = '\0';
                (void)snprintf(step->date, sizeof(step->date), "%s", date + 1);
                (void)snprintf(step->values, sizeof(step->values), "%s", values + 1);
            }
        }
    }
}

static int parse(const char *text, rh_commissioning_t *record)
{
    const char *wiring = strstr(text, "\n" WIRING);
    if (wiring == NULL) {
        return -EBADMSG;
    }
    for (const char *line = text; line <= wiring; line = strchr(line, '\n') + 1) {
        (void)take(line, "machine", record->machine, sizeof(record->machine));
        (void)take(line, "by", record->by, sizeof(record->by));
        take_step(line, "step", record->steps);
        take_step(line, "was", record->was);
    }
    record->wiring = strdup(wiring + 1 + strlen(WIRING));
    return record->wiring != NULL ? 0 : -ENOMEM;
}

static int read_copy(const char *path, rh_commissioning_t *record)
{
    int status = 0;
    char *text = read_text(path, &status);
    if (text != NULL) {
        status = is_whole(text) ? parse(text, record) : -EBADMSG;
    }
    free(text);
    return status;
}

static int read_named(const char *state_dir, const char *name,
                      rh_commissioning_t *record)
{
    char path[PATH_SIZE];
    memset(record, 0, sizeof(*record));
    (void)snprintf(path, sizeof(path), "%s/%s", state_dir, name);
    return read_copy(path, record);
}

/* The first copy is written first, so it is the newer one wherever it is whole. */
int rh_commissioning_read(const char *state_dir, rh_commissioning_t *record)
{
    int first = read_named(state_dir, copies[0], record);
    if (first == 0) {
        return 0;
    }
    int second = read_named(state_dir, copies[1], record);
    return second == 0 || first == -ENOENT ? second : first;
}

int rh_commissioning_read_former(const char *state_dir, rh_commissioning_t *record)
{
    return read_named(state_dir, RH_COMMISSIONING_FORMER, record);
}

/* The second copy is as good as the first, and stays until the next one is written. */
int rh_commissioning_set_aside(const char *state_dir)
{
    int folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return -errno;
    }
    int status = -ENOENT;
    for (int i = 0; i < 2 && status == -ENOENT; i++) {
        status = renameat(folder, copies[i], folder, RH_COMMISSIONING_FORMER) == 0
                     ? 0
                     : -errno;
    }
    (void)close(folder);
    return status;
}

/* ---- writing --------------------------------------------------------------------- */

static void print_steps(const char *word,
                        const rh_commissioning_result_t steps[RH_COMMISSIONING_COUNT],
                        FILE *file)
{
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        const rh_commissioning_result_t *step = &steps[i];
        if (step->date[0] != '\0') {
            (void)fprintf(file, "%s %s = %s %s %s\n", word, rh_commissioning_name(i),
                          step->is_ok ? "ok" : "failed", step->date, step->values);
        }
    }
}

static void print_record(const rh_commissioning_t *record, FILE *file)
{
    (void)fprintf(file, FIRST_LINE "machine = %s\nby = %s\n", record->machine,
                  record->by);
    print_steps("step", record->steps, file);
    print_steps("was", record->was, file);
    (void)fprintf(file, WIRING "%s", record->wiring);
}

static int flush_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno != EINTR) {
            return -errno;
        }
        text += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return fsync(fd) == 0 ? 0 : -errno;
}

static int write_copy(int folder, const char *name, const char *text, size_t length)
{
    char fresh[64];
    struct stat owner;
    (void)snprintf(fresh, sizeof(fresh), "%s.new", name);
    int fd = openat(folder, fresh,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        return -errno;
    }
    if (fstat(folder, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) != 0) {
        /* not the administrator: the file stays the caller's */
    }
    int status = flush_all(fd, text, length);
    (void)close(fd);
    if (status == 0 && renameat(folder, fresh, folder, name) != 0) {
        status = -errno;
    }
    return status == 0 && fsync(folder) != 0 ? -errno : status;
}

static int write_copies(const char *state_dir, const char *text, size_t length)
{
    int folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = folder < 0 ? -errno : 0;
    for (int i = 0; i < 2 && status == 0; i++) {
        status = write_copy(folder, copies[i], text, length);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return status;
}

int rh_commissioning_write(const char *state_dir, const rh_commissioning_t *record,
                           char *error, size_t size)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    int status = file != NULL ? 0 : -ENOMEM;
    if (status == 0) {
        print_record(record, file);
        (void)fflush(file);
        (void)fprintf(file, CHECKSUM "%016" PRIx64 "\n", sum_of(text, length));
        status = fclose(file) == 0 ? 0 : -ENOMEM;
    }
    if (status == 0 && length > RH_COMMISSIONING_MAX) {
        status = -EFBIG;
    }
    if (status == 0) {
        status = write_copies(state_dir, text, length);
    }
    if (status != 0) {
        (void)snprintf(error, size,
                       "the record could not be written to %s: %s; run this as the "
                       "folder's owner or as root",
                       state_dir, strerrordesc_np(-status));
    }
    free(text);
    return status;
}
