/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revhyper-web: reads the stream in one thread, serves browsers in another, and writes
 * where it can be found to <run-dir>/web.json.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"
#include "options.h"
#include "server.h"

#define ERROR_MAX 512

static volatile sig_atomic_t stopping;
static rh_server_t *served; /* for the signal handler alone */

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
    rh_server_wake(served);
}

static void catch_signals(rh_server_t *server)
{
    struct sigaction action = {.sa_handler = on_signal};
    served = server;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* <folder of the program>/../share/revhyper/pages fits both an installed program and a
 * build tree; the compiled-in folder is for a program that was copied elsewhere. */
static const char *default_pages(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length > 0) {
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        size_t left = size - (size_t)(slash - path);
        (void)snprintf(slash, left, "/../share/revhyper/pages");
        if (access(path, R_OK | X_OK) == 0) {
            return path;
        }
    }
    return RH_WEB_PAGES_DIR;
}

static int write_address(const char *path, const char *host, int port)
{
    char draft[PATH_MAX];
    bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(draft, sizeof(draft), "%.4080s.%d", path, (int)getpid());
    FILE *file = fopen(draft, "we");
    if (file == NULL) {
        return -errno;
    }
    (void)fprintf(file,
                  "{\"url\":\"http://%s%s%s:%d\",\"host\":\"%s\",\"port\":%d,"
                  "\"pid\":%d}\n",
                  is_v6 ? "[" : "", host, is_v6 ? "]" : "", port, host, port,
                  (int)getpid());
    if (fclose(file) != 0 || rename(draft, path) != 0) {
        int status = -errno;
        (void)unlink(draft);
        return status;
    }
    return 0;
}

static int announce(const rh_web_options_t *options, int port, char *error, size_t size)
{
    char path[PATH_MAX];
    if (options->run_dir != NULL) {
        (void)snprintf(path, sizeof(path), "%s/web.json", options->run_dir);
        int status = write_address(path, options->host, port);
        if (status < 0) {
            (void)snprintf(error, size, "cannot write %.300s: %s; see --run-dir", path,
                           strerrordesc_np(-status));
            return status;
        }
    }
    if (!rh_guard_is_loopback(options->host)) {
        (void)fprintf(stderr,
                      "revhyper-web: %s is not the loopback: whoever reaches it can "
                      "watch this machine\n",
                      options->host);
    }
    (void)printf("ready http://%s:%d/dash\n", options->host, port);
    return fflush(stdout) == 0 ? 0 : -EIO;
}

static void retire(const rh_web_options_t *options)
{
    char path[PATH_MAX];
    if (options->run_dir != NULL) {
        (void)snprintf(path, sizeof(path), "%s/web.json", options->run_dir);
        (void)unlink(path);
    }
}

static int serve(const rh_web_options_t *options, rh_server_t *server, rh_hub_t *hub,
                 char *error, size_t size)
{
    rh_feed_t *feed = NULL;
    rh_feed_settings_t settings = {options->endpoint, options->run_dir, hub,
                                   rh_server_wake, server};
    int status = rh_feed_start(&feed, &settings, error, size);
    if (status == 0) {
        status = announce(options, rh_server_port(server), error, size);
    }
    if (status == 0) {
        rh_server_run(server, &stopping);
        retire(options);
    }
    rh_feed_stop(feed);
    return status;
}

static int run(const rh_web_options_t *options, char *error, size_t size)
{
    char folder[PATH_MAX];
    rh_pages_t pages;
    rh_server_t *server = NULL;
    const char *from =
        options->pages != NULL ? options->pages : default_pages(folder, sizeof(folder));
    int status = rh_pages_load(&pages, from, error, size);
    if (status < 0) {
        return status;
    }
    rh_hub_t *hub = rh_hub_new();
    rh_server_settings_t settings = {options->host, options->port, &options->guard,
                                     &pages, hub};
    status = hub == NULL ? -ENOMEM : rh_server_open(&server, &settings, error, size);
    if (status == 0) {
        catch_signals(server);
        status = serve(options, server, hub, error, size);
    }
    (void)signal(SIGTERM, SIG_DFL); /* nothing is left for the handler to wake */
    (void)signal(SIGINT, SIG_DFL);
    rh_server_close(server);
    rh_hub_free(hub);
    rh_pages_free(&pages);
    return status;
}

int main(int argc, char **argv)
{
    char error[ERROR_MAX] = "no memory";
    rh_web_options_t options;
    if (rh_web_options_read(&options, argc, argv, error, sizeof(error)) < 0) {
        (void)fprintf(stderr, "revhyper-web: %s\n", error);
        return RH_EXIT_USAGE;
    }
    if (options.help) {
        rh_web_options_help(stdout);
        return RH_EXIT_OK;
    }
    if (options.version) {
        (void)printf("revhyper-web %s\n", RH_VERSION);
        return RH_EXIT_OK;
    }
    if (run(&options, error, sizeof(error)) < 0) {
        (void)fprintf(stderr, "revhyper-web: %s\n", error);
        return RH_EXIT_ERROR;
    }
    return RH_EXIT_OK;
}
