/* SPDX-License-Identifier: Apache-2.0 */
/* Running the real revhyperctl; see console.h. */
#include "console.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"

#define LIMIT_MS 8000

extern char **environ;

static const char *program(void)
{
    static char path[512];
    const char *folder = secure_getenv("RH_BIN_DIR");
    (void)snprintf(path, sizeof path, "%s/revhyperctl",
                   folder != NULL ? folder : "bin");
    return path;
}

/* Splits in place; gives how many words there are. */
static int split(char *text, char **words, int count)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest);
         word != NULL && count < CONSOLE_WORDS - 1; word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

static void spawn(console_t *console, char **words)
{
    int out[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(out, O_CLOEXEC) != 0) {
        abort();
    }
    strcpy(console->err_path, "/tmp/rhctlerrXXXXXX");
    int err = mkostemp(console->err_path, O_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    console->began_ms = fake_now_ms();
    if (posix_spawn(&console->pid, program(), &actions, NULL, words, environ) != 0) {
        (void)fprintf(stderr, "cannot start %s\n", program());
        abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err);
    console->out_stream = fdopen(out[0], "r");
    /* Unbuffered: the rest is read from the descriptor. */
    (void)setvbuf(console->out_stream, NULL, _IONBF, 0);
}

void console_start(console_t *console, const char *run_dir, const char *words)
{
    char text[1024];
    char option[] = "--run-dir";
    char name[] = "revhyperctl";
    char *list[CONSOLE_WORDS] = {name, option, (char *)run_dir};
    memset(console, 0, sizeof *console);
    (void)snprintf(text, sizeof text, "%s", words);
    split(text, list, run_dir != NULL ? 3 : 1);
    spawn(console, list);
}

bool console_line(console_t *console, char *text, size_t size)
{
    if (fgets(text, (int)size, console->out_stream) == NULL) {
        return false;
    }
    text[strcspn(text, "\n")] = '\0';
    return true;
}

static void read_errors(console_t *console)
{
    FILE *file = fopen(console->err_path, "r");
    size_t size = fread(console->err, 1, sizeof console->err - 1, file);
    console->err[size] = '\0';
    (void)fclose(file);
    unlink(console->err_path);
}

/* The time limit is the alarm of a console that hangs: its stdout never ends. */
static void await_end(console_t *console)
{
    size_t used = 0;
    struct pollfd item = {.fd = fileno(console->out_stream), .events = POLLIN};
    for (ssize_t got = 1; got > 0 && used < sizeof console->out - 1;) {
        long long left_ms = console->began_ms + LIMIT_MS - fake_now_ms();
        if (poll(&item, 1, left_ms > 0 ? (int)left_ms : 0) <= 0) {
            kill(console->pid, SIGKILL);
            return;
        }
        got = read(item.fd, console->out + used, sizeof console->out - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
}

void console_finish(console_t *console)
{
    int status = 0;
    await_end(console);
    waitpid(console->pid, &status, 0);
    console->took_ms = fake_now_ms() - console->began_ms;
    console->exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    (void)fclose(console->out_stream);
    read_errors(console);
}

int console_run(console_t *console, const char *run_dir, const char *words)
{
    console_start(console, run_dir, words);
    console_finish(console);
    return console->exit;
}

/* In a child: becomes the console. */
static _Noreturn void become(const char *run_dir, const char *words)
{
    char text[256];
    char option[] = "--run-dir";
    char name[] = "revhyperctl";
    char *list[CONSOLE_WORDS] = {name, option, (char *)run_dir};
    (void)snprintf(text, sizeof text, "%s", words);
    split(text, list, 3);
    execv(program(), list);
    _exit(127);
}

static int exit_of(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int console_at_terminal(const char *run_dir, const char *words, const char *typed)
{
    char said[256];
    int terminal = -1;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        become(run_dir, words);
    }
    struct pollfd item = {.fd = terminal, .events = POLLIN};
    if (poll(&item, 1, LIMIT_MS) > 0 && read(terminal, said, sizeof said) > 0 &&
        write(terminal, typed, strlen(typed)) < 0) {
        abort();
    }
    while (read(terminal, said, sizeof said) > 0) {
    }
    int code = exit_of(pid);
    close(terminal);
    return code;
}

int console_converse(console_t *console, const char *run_dir, const char *words,
                     const char *question, const char *typed, void (*wait)(int asked))
{
    int terminal = -1;
    int asked = 0;
    size_t used = 0;
    ssize_t got = 1;
    const char *from = console->out;
    memset(console, 0, sizeof *console);
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        become(run_dir, words);
    }
    struct pollfd item = {.fd = terminal, .events = POLLIN};
    while (got > 0 && used < sizeof console->out - 1 && poll(&item, 1, LIMIT_MS) > 0) {
        got = read(terminal, console->out + used, sizeof console->out - 1 - used);
        used += got > 0 ? (size_t)got : 0;
        const char *found = strstr(from, question);
        if (found != NULL) {
            from = found + strlen(question);
            wait(++asked);
            got = write(terminal, typed, strlen(typed));
        }
    }
    if (got > 0) { /* it hangs */
        kill(pid, SIGKILL);
    }
    console->exit = exit_of(pid);
    close(terminal);
    return console->exit;
}

int console_as_stranger(const char *run_dir, const char *words)
{
    enum { NOBODY = 65534 };
    chmod(run_dir, geteuid() == 0 ? S_IRWXU : 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && setuid(NOBODY) != 0) {
            _exit(127);
        }
        become(run_dir, words);
    }
    int code = exit_of(pid);
    chmod(run_dir, S_IRWXU);
    return code == 127 ? -1 : code;
}
