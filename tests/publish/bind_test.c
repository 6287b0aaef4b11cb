/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: what is bound where, and what a person is told when it cannot be. */
#include "bench.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "sockets.h"

static bool send_nothing(void *loop, const rh_command_t *command)
{
    (void)loop;
    (void)command;
    return false;
}

static void hear_nothing(void *loop, bool present, uint32_t lease)
{
    (void)loop;
    (void)present;
    (void)lease;
}

/* Opens a second room on the bench's folder with the given settings. */
static int open_other(const rh_daemon_settings_t *daemon, const char *machine,
                      rh_publish_t **other, char error[256])
{
    rh_publish_settings_t settings = {
        .daemon = daemon,
        .machine = machine,
        .boot = BENCH_BOOT,
        .send = send_nothing,
        .console = hear_nothing,
        .mono_ns = bench_now,
    };
    return rh_publish_open(other, &settings, error, 256);
}

static void opening_fails(const rh_daemon_settings_t *daemon, const char *machine,
                          int code, const char *words)
{
    rh_publish_t *other = NULL;
    char error[256] = "";
    assert_int_equal(open_other(daemon, machine, &other, error), code);
    assert_null(other);
    if (strstr(error, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error, words);
    }
}

static rh_daemon_settings_t elsewhere(const char *dir)
{
    rh_daemon_settings_t daemon = {.live_hz = 50, .bind = "127.0.0.1"};
    (void)snprintf(daemon.run_dir, sizeof(daemon.run_dir), "%s", dir);
    return daemon;
}

static bool is_there(const bench_t *bench, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", bench->dir, name);
    return access(path, F_OK) == 0;
}

/* A listening port of 127.0.0.1 that is not ours. */
static int take_a_port(int *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void a_taken_port_is_named_with_the_key_that_moves_it(void **state)
{
    (void)state;
    int port = 0;
    int fd = take_a_port(&port);
    rh_daemon_settings_t daemon = elsewhere("/tmp");
    char words[96];
    daemon.stream_port = port;
    (void)snprintf(words, sizeof(words),
                   "port %d on 127.0.0.1 is taken; free it or set [daemon] stream_port",
                   port);
    opening_fails(&daemon, "m", -EADDRINUSE, words);
    daemon.stream_port = 0;
    daemon.command_port = port;
    opening_fails(&daemon, "m", -EADDRINUSE, "[daemon] command_port");
    daemon.command_port = 0;
    daemon.mirror_port = port;
    opening_fails(&daemon, "m", -EADDRINUSE, "[daemon] mirror_port");
    (void)close(fd);
}

static void an_address_off_the_loopback_is_refused(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "0.0.0.0", "*", "192.168.1.5", "eth0", "::", "localhost", "", "128.0.0.1"};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        rh_daemon_settings_t daemon = elsewhere("/tmp");
        (void)snprintf(daemon.bind, sizeof(daemon.bind), "%s", addresses[i]);
        opening_fails(&daemon, "m", -EACCES, "CURVE");
    }
    assert_true(rh_socket_is_loopback("127.0.0.1"));
    assert_true(rh_socket_is_loopback("127.8.9.10"));
    assert_true(rh_socket_is_loopback("::1"));
}

static void a_running_daemons_socket_is_not_stolen(void **state)
{
    bench_t *bench = *state;
    rh_daemon_settings_t daemon = elsewhere(bench->dir);
    opening_fails(&daemon, "m", -EADDRINUSE, "is taken by a running program");
    assert_true(is_there(bench, "endpoints.json"));
    void *client = bench_trainer(bench);
    json_t *answer = bench_ask(bench, client, "{\"id\":\"1\",\"verb\":\"hello\"}");
    assert_true(is_ok(answer));
    json_decref(answer);
}

static void a_dead_daemons_socket_is_replaced(void **state)
{
    bench_t *bench = *state;
    rh_publish_close(bench->publish); /* as a kill would leave it: files and all */
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/stream", bench->dir);
    if (access(path, F_OK) != 0) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fclose(file);
    }
    char error[256] = "";
    rh_daemon_settings_t daemon = elsewhere(bench->dir);
    bench->daemon = daemon;
    assert_int_equal(open_other(&bench->daemon, "m", &bench->publish, error), 0);
}

static void a_folder_that_is_missing_or_too_deep_is_named(void **state)
{
    (void)state;
    rh_daemon_settings_t daemon = elsewhere("/tmp/rh-there-is-no-such-folder");
    opening_fails(&daemon, "m", -ENOENT, "/tmp/rh-there-is-no-such-folder/stream");
    memset(daemon.run_dir, 'x', 120);
    daemon.run_dir[0] = '/';
    daemon.run_dir[120] = '\0';
    opening_fails(&daemon, "m", -ENAMETOOLONG, "run_dir");
}

static void a_machine_name_that_makes_no_topic_is_refused(void **state)
{
    (void)state;
    rh_daemon_settings_t daemon = elsewhere("/tmp");
    opening_fails(&daemon, "a/b", -EINVAL, "a/b");
    opening_fails(&daemon, "a b", -EINVAL, "a b");
    opening_fails(&daemon, "", -EINVAL, "name");
}

static void endpoints_are_written_whole_and_removed_at_the_end(void **state)
{
    bench_t *bench = *state;
    const json_t *pid = json_object_get(bench->endpoints, "pid");
    assert_int_equal(json_integer_value(pid), getpid());
    assert_string_equal(json_string_value(json_object_get(bench->endpoints, "boot")),
                        BENCH_BOOT);
    assert_int_equal(strncmp(bench_ipc(bench, "command"), "ipc:///tmp/", 11), 0);
    assert_int_equal(strncmp(bench_tcp(bench, "stream"), "tcp://127.0.0.1:", 16), 0);
    assert_int_equal(strncmp(bench_ipc(bench, "mirror"), "tcp://127.0.0.1:", 16), 0);
    assert_false(is_there(bench, ".endpoints.json"));
    rh_publish_close(bench->publish);
    bench->publish = NULL;
    assert_false(is_there(bench, "endpoints.json"));
}

static void others_than_owner_and_group_cannot_reach_the_ipc_sockets(void **state)
{
    bench_t *bench = *state;
    const char *const names[] = {"stream", "command"};
    for (int i = 0; i < 2; i++) {
        char path[128];
        struct stat status;
        (void)snprintf(path, sizeof(path), "%s/%s", bench->dir, names[i]);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0660);
    }
}

static void a_readable_wake_fd_ends_the_wait(void **state)
{
    bench_t *bench = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(rh_publish_poll(bench->publish, ends[0], 0), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(rh_publish_poll(bench->publish, ends[0], 10000), 1);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        cmocka_unit_test(a_taken_port_is_named_with_the_key_that_moves_it),
        cmocka_unit_test(an_address_off_the_loopback_is_refused),
        TEST(a_running_daemons_socket_is_not_stolen),
        TEST(a_dead_daemons_socket_is_replaced),
        cmocka_unit_test(a_folder_that_is_missing_or_too_deep_is_named),
        cmocka_unit_test(a_machine_name_that_makes_no_topic_is_refused),
        TEST(endpoints_are_written_whole_and_removed_at_the_end),
        TEST(others_than_owner_and_group_cannot_reach_the_ipc_sockets),
        TEST(a_readable_wake_fd_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
