/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The static pages. They are read once, at the start, and served from memory: a request
 * can name only what stands in this table, so no path can lead out of the folder, and
 * no request waits for a disk.
 */
#ifndef RH_WEB_PAGES_H
#define RH_WEB_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#define RH_PAGES_MAX 64
#define RH_PAGE_NAME 64
#define RH_PAGE_BYTES_MAX (4u << 20)

typedef struct {
    char name[RH_PAGE_NAME]; /* "dash.html" */
    const char *type;        /* the content type */
    char *bytes;
    size_t length;
} rh_page_t;

typedef struct {
    rh_page_t page[RH_PAGES_MAX];
    size_t count;
} rh_pages_t;

/* Reads every plain file of `folder` whose ending is known. 0, or negative errno with
 * the reason in `error`; a folder without a single page is an error. */
int rh_pages_load(rh_pages_t *pages, const char *folder, char *error, size_t size);
void rh_pages_free(rh_pages_t *pages);

/* The page of a request path ("/dash" is "dash.html", "/" is the dashboard) or NULL. */
const rh_page_t *rh_pages_find(const rh_pages_t *pages, const char *path);

/* The file name that a request path asks for, into `name`; false for a path that no
 * page can have: other folders, hidden files, anything but letters, digits, '.', '-',
 * '_'. */
bool rh_page_name(const char *path, char *name, size_t size);

/* The content type of a file name, or NULL for an ending that is not served. */
const char *rh_page_type(const char *name);

#endif
