/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the pages' folder into memory and finds pages in it. */
#include "pages.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789._-";

const char *rh_page_type(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(ending, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return NULL;
}

bool rh_page_name(const char *path, char *name, size_t size)
{
    if (path[0] != '/' || path[1] == '.') {
        return false;
    }
    const char *wanted = path[1] == '\0' ? "dash" : path + 1;
    size_t length = strspn(wanted, allowed);
    if (wanted[length] != '\0') {
        return false;
    }
    const char *ending = strchr(wanted, '.') == NULL ? ".html" : "";
    int written = snprintf(name, size, "%s%s", wanted, ending);
    return written > 0 && (size_t)written < size;
}

const rh_page_t *rh_pages_find(const rh_pages_t *pages, const char *path)
{
    char name[RH_PAGE_NAME];
    if (!rh_page_name(path, name, sizeof(name))) {
        return NULL;
    }
    for (size_t i = 0; i < pages->count; i++) {
        if (strcmp(pages->page[i].name, name) == 0) {
            return &pages->page[i];
        }
    }
    return NULL;
}

/* The whole of an open file, or NULL with errno. */
static char *read_open(FILE *file, size_t *length)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0) {
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)RH_PAGE_BYTES_MAX) {
        errno = EFBIG;
        return NULL;
    }
    *length = (size_t)status.st_size;
    char *bytes = malloc(*length + 1);
    if (bytes == NULL) {
        return NULL;
    }
    if (fread(bytes, 1, *length, file) != *length) {
        free(bytes);
        errno = EIO;
        return NULL;
    }
    bytes[*length] = '\0';
    return bytes;
}

static int read_page(rh_page_t *page, const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return -errno;
    }
    page->bytes = read_open(file, &page->length);
    int status = page->bytes == NULL ? -errno : 0;
    (void)fclose(file);
    return status;
}

static int add_page(rh_pages_t *pages, const char *folder, const char *name)
{
    char path[4096];
    char asked[RH_PAGE_NAME];
    if (name[0] == '.' || rh_page_type(name) == NULL) {
        return 0;
    }
    int written = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (written < 0 || (size_t)written >= sizeof(path) ||
        strlen(name) >= RH_PAGE_NAME || pages->count == RH_PAGES_MAX) {
        return -E2BIG;
    }
    (void)snprintf(asked, sizeof(asked), "/%.62s", name);
    rh_page_t *page = &pages->page[pages->count];
    if (!rh_page_name(asked, page->name, sizeof(page->name))) {
        return -EINVAL; /* a name that no request could ask for */
    }
    page->type = rh_page_type(name);
    int status = read_page(page, path);
    pages->count += status == 0;
    return status;
}

int rh_pages_load(rh_pages_t *pages, const char *folder, char *error, size_t size)
{
    *pages = (rh_pages_t){0};
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0) {
        int status = -errno;
        (void)snprintf(error, size, "pages: cannot read the folder %s: %s; see --pages",
                       folder, strerrordesc_np(-status));
        return status;
    }
    int status = 0;
    for (int i = 0; i < count; i++) {
        int added = add_page(pages, folder, names[i]->d_name);
        if (added < 0 && status == 0) {
            status = added;
            (void)snprintf(error, size, "pages: cannot take %s/%s: %s", folder,
                           names[i]->d_name, strerrordesc_np(-status));
        }
        free(names[i]);
    }
    free(names);
    if (status == 0 && pages->count == 0) {
        status = -ENOENT;
        (void)snprintf(error, size, "pages: nothing to serve in %s; see --pages",
                       folder);
    }
    if (status < 0) {
        rh_pages_free(pages);
    }
    return status;
}

void rh_pages_free(rh_pages_t *pages)
{
    for (size_t i = 0; i < pages->count; i++) {
        free(pages->page[i].bytes);
    }
    *pages = (rh_pages_t){0};
}
