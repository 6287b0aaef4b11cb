/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at one device by its profile; see probe.h.
 */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "frame.h"
#include "link.h"

#define GAP_US 1750 /* what Modbus asks for above 19200 */

struct rh_probe {
    rh_link_t link;
};

int rh_probe_open(rh_probe_t **probe, const rh_bus_settings_t *bus, const char *path)
{
    rh_probe_t *opened = calloc(1, sizeof(*opened));
    if (opened == NULL) {
        return -ENOMEM;
    }
    int32_t gap_us = bus->t35_us > 0 ? bus->t35_us : bus->is_tcp ? 0 : GAP_US;
    int32_t least_us = rh_link_least_gap_us(bus);
    gap_us = gap_us > least_us ? gap_us : least_us;
    int error = rh_link_open(&opened->link, bus, path, gap_us);
    if (error != 0) {
        free(opened);
        return error;
    }
    *probe = opened;
    return 0;
}

void rh_probe_close(rh_probe_t *probe)
{
    if (probe != NULL) {
        rh_link_close(&probe->link);
        free(probe);
    }
}

const char *rh_probe_error(int error)
{
    return error == -EBUSY                        ? "another program has it open"
           : error == -ENOTTY || error == -EISDIR ? "it is no serial port"
           : error == -EINVAL ? "the port cannot take this rate or format"
                              : modbus_strerror(-error);
}

bool rh_probe_holds(const rh_status_bit_t *row, uint32_t word)
{
    return (word & row->mask) == row->value;
}

/* ---- one request --------------------------------------------------------------- */

static const rh_register_t *sign_of(const rh_profile_t *profile,
                                    const rh_register_t *source)
{
    for (int i = 0; source->type == RH_REG_MAG32 && i < profile->register_count; i++) {
        if (strcmp(profile->registers[i].role, source->sign_role) == 0) {
            return &profile->registers[i];
        }
    }
    return NULL;
}

/* The register, and with it the word that holds its sign. */
static rh_block_t range_of(const rh_register_t *source, const rh_register_t *sign)
{
    int32_t first = source->address;
    int32_t end = first + rh_codec_words(source->type);
    if (sign != NULL) {
        first = sign->address < first ? sign->address : first;
        end = sign->address + 1 > end ? sign->address + 1 : end;
    }
    return (rh_block_t){.space = source->space, .address = first, .count = end - first};
}

static rh_probe_result_t result_of(rh_link_result_t result)
{
    static const rh_probe_result_t results[RH_LINK_RESULTS] = {
        [RH_LINK_GOOD] = RH_PROBE_GOOD,         [RH_LINK_TIMEOUT] = RH_PROBE_SILENT,
        [RH_LINK_STALE] = RH_PROBE_DAMAGED,     [RH_LINK_CRC] = RH_PROBE_DAMAGED,
        [RH_LINK_WRONG] = RH_PROBE_DAMAGED,     [RH_LINK_DOWN] = RH_PROBE_DOWN,
        [RH_LINK_EXCEPTION] = RH_PROBE_REFUSED,
    };
    return results[result];
}

static void decode(const rh_register_t *source, const rh_register_t *sign,
                   const rh_block_t *range, const uint8_t *reply,
                   rh_probe_reading_t *reading)
{
    int at = source->address - range->address;
    reading->word_count = rh_codec_words(source->type);
    for (int i = 0; i < reading->word_count; i++) {
        reading->words[i] = source->type == RH_REG_BIT ? rh_frame_bit(reply, at)
                                                       : rh_frame_word(reply, at + i);
    }
    rh_decoded_t got = rh_codec_decode(source->type, source->order, reading->words);
    if (sign != NULL) {
        uint32_t word = rh_frame_word(reply, sign->address - range->address);
        got = rh_codec_signed(got, (word & source->sign_mask) != 0);
    }
    reading->raw = got.value;
    reading->value = got.value * source->scale;
    reading->is_valid = got.is_valid;
}

void rh_probe_read(rh_probe_t *probe, const rh_profile_t *profile, int slave,
                   const rh_register_t *source, rh_probe_reading_t *reading)
{
    const rh_register_t *sign = sign_of(profile, source);
    const rh_block_t range = range_of(source, sign);
    rh_frame_t request;
    rh_link_reply_t reply;

    rh_frame_read(&request, slave, &range);
    rh_link_wait_gap(&probe->link, probe->link.gap_ns);
    rh_link_result_t result = rh_link_exchange(&probe->link, &request, true, &reply);
    *reading = (rh_probe_reading_t){.result = result_of(result)};
    if (result == RH_LINK_GOOD) {
        decode(source, sign, &range, reply.bytes, reading);
    } else if (result == RH_LINK_EXCEPTION) {
        reading->exception = reply.bytes[2];
    } else if (result == RH_LINK_DOWN || !rh_link_resync(&probe->link)) {
        reading->result = RH_PROBE_DOWN;
    }
}
