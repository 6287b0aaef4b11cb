/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the daemon by the bench: counts heap calls thread by thread in a file
 * that the bench maps (RH_HEAP_COUNTS). With RH_HEAP_PLANT=1 it makes one call for
 * every sleep of the thread named "control", so that the bench can see that it would be
 * caught.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROWS 256

/* glibc's own entry points, which stay when malloc itself is replaced. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

typedef struct {
    _Atomic int64_t tid, calls;
} row_t;

static row_t unmapped[ROWS];
static row_t *rows = unmapped;
static _Atomic int used;
static __thread row_t *mine;

static void count(void)
{
    if (mine == NULL) {
        int place = atomic_fetch_add(&used, 1);
        mine = &rows[place < ROWS ? place : ROWS - 1];
        atomic_store(&mine->tid, (int64_t)syscall(SYS_gettid));
    }
    atomic_fetch_add(&mine->calls, 1);
}

__attribute__((constructor)) static void map_rows(void)
{
    const char *path = getenv("RH_HEAP_COUNTS");
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || ftruncate(fd, sizeof(unmapped)) != 0) {
        return;
    }
    void *mapped =
        mmap(NULL, sizeof(unmapped), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) {
        rows = mapped;
        mine = NULL;
        atomic_store(&used, 0);
    }
}

void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
    count();
    return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
    count();
    return __libc_realloc(old, size);
}

void free(void *old)
{
    if (old != NULL) {
        count();
    }
    __libc_free(old);
}

typedef int (*sleep_t)(clockid_t, int, const struct timespec *, struct timespec *);

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
                    struct timespec *left)
{
    static sleep_t real;
    static int planted = -1;
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "clock_nanosleep");
        planted = getenv("RH_HEAP_PLANT") != NULL;
    }
    char name[16] = "";
    if (planted && pthread_getname_np(pthread_self(), name, sizeof(name)) == 0 &&
        strcmp(name, "control") == 0) {
        free(malloc(1));
    }
    return real(clock, flags, until, left);
}
