/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read at start: regular ones, and never waited for. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read.h"

/* The errno, or 0 for one that may be read. */
static int look_at(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return errno;
    }
    return S_ISREG(status.st_mode) ? 0 : S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
}

FILE *rh_read_open(const char *path, int *number)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        /* a socket, or a device without its driver */
        *number = errno == ENXIO ? EINVAL : errno;
        return NULL;
    }
    *number = look_at(fd);
    FILE *file = *number == 0 ? fdopen(fd, "r") : NULL;
    if (file == NULL) {
        *number = *number != 0 ? *number : errno;
        (void)close(fd);
    }
    return file;
}

const char *rh_read_why(int number)
{
    return number == EINVAL ? "it is no regular file" : strerrordesc_np(number);
}
