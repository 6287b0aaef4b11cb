/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hangs one thread of another process, which no signal can do: hang TID MS [FILE CHAR].
 * Stops the thread as a debugger would, holds it for MS milliseconds and lets it go.
 * With FILE and CHAR it holds on only once the file's first character is CHAR, so that
 * a level of the heartbeat can be chosen.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int stop(pid_t thread)
{
    int status = 0;

    if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 ||
        waitpid(thread, &status, __WALL) != thread) {
        perror("hang");
        return -1;
    }
    return 0;
}

static char first_character(const char *path)
{
    char text[4] = "";
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, text, sizeof(text)) <= 0) {
        text[0] = '?';
    }
    (void)close(fd);
    return text[0];
}

/* Holds the stopped thread. A thread that is killed meanwhile is not gone, and with it
 * its process, before whoever traces it has taken notice. */
static void hold(pid_t thread, long hold_ms)
{
    int status = 0;

    for (long i = 0; i < hold_ms; i++) {
        if (waitpid(thread, &status, __WALL | WNOHANG) == thread &&
            (WIFEXITED(status) || WIFSIGNALED(status))) {
            return;
        }
        (void)usleep(1000);
    }
    (void)ptrace(PTRACE_DETACH, thread, 0, 0);
}

int main(int argc, char **argv)
{
    pid_t thread;
    int tries = 1000;

    if (argc < 3 || argc > 5) {
        (void)fputs("usage: hang TID MS [COMMAND | FILE CHAR]\n", stderr);
        return 2;
    }
    thread = (pid_t)strtol(argv[1], NULL, 10);
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0 || stop(thread) != 0) {
        perror("hang");
        return 1;
    }
    while (argc == 5 && first_character(argv[3]) != argv[4][0] && tries-- > 0) {
        (void)ptrace(PTRACE_CONT, thread, 0, 0);
        (void)usleep(1700);
        if (stop(thread) != 0) {
            return 1;
        }
    }
    if (argc == 4 && system(argv[3]) != 0) {
        tries = 0;
    }
    hold(thread, strtol(argv[2], NULL, 10));
    return tries > 0 ? 0 : 1;
}
