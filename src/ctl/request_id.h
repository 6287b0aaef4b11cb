/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id of a request: a ULID, 48 bits of UTC milliseconds and 80 random bits in 26
 * characters of Crockford's base 32. The daemon answers the same id once only, so the
 * random part is what counts here.
 */
#ifndef RH_CTL_REQUEST_ID_H
#define RH_CTL_REQUEST_ID_H

#define RH_REQUEST_ID_SIZE 27 /* 26 characters and the end */

void rh_request_id(char id[RH_REQUEST_ID_SIZE]);

#endif
