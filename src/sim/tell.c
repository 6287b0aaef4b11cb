/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `revhyper-sim tell`: one command to a running simulator, its answer on stdout.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

static int connect_to(const char *run_dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[RH_BUS_PATH_MAX + 32];
    int fd;

    rh_sim_path(run_dir, "sim.sock", path, sizeof(path));
    if (strlen(path) >= sizeof(address.sun_path)) {
        (void)fprintf(stderr, "%s: too long for a socket\n", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    (void)fprintf(stderr, "%s: %s; is revhyper-sim running with this --run-dir?\n",
                  path, strerrordesc_np(errno));
    if (fd >= 0) {
        (void)close(fd);
    }
    return -1;
}

static bool send_words(int fd, char *const *words, int count)
{
    char line[RH_SCRIPT_LINE];
    int length = 0;

    for (int i = 0; i < count && length < (int)sizeof(line); i++) {
        length += snprintf(line + length, sizeof(line) - (size_t)length, "%s%c",
                           words[i], i + 1 < count ? ' ' : '\n');
    }
    if (length >= (int)sizeof(line)) {
        (void)fprintf(stderr, "longer than %d characters\n", RH_SCRIPT_LINE - 1);
        return false;
    }
    return send(fd, line, (size_t)length, MSG_NOSIGNAL) == length;
}

static void read_answer(int fd, char *answer, size_t size)
{
    size_t length = 0;
    ssize_t got;

    while (length < size - 1 &&
           (got = recv(fd, answer + length, size - 1 - length, 0)) > 0) {
        length += (size_t)got;
        if (answer[length - 1] == '\n') {
            break;
        }
    }
    answer[length] = '\0';
}

int rh_control_tell(const char *run_dir, char *const *words, int count)
{
    char answer[RH_SCRIPT_ANSWER + 2] = "";
    const int fd = connect_to(run_dir);

    if (fd < 0) {
        return 1;
    }
    if (send_words(fd, words, count)) {
        read_answer(fd, answer, sizeof(answer));
    }
    (void)close(fd);
    (void)fputs(answer, stdout);
    return rh_script_is_ok(answer) ? 0 : 1;
}
