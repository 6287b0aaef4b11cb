/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device resolved from settings and profile: which blocks hold its bound signals,
 * what its commands go to, what is written at start.
 */
#include "wiring_parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "codec.h"

#define NS_PER_US 1000

const rh_profile_t *rh_wiring_profile(const rh_wiring_t *wiring)
{
    return &wiring->device->settings->profile;
}

/* ---- blocks ----------------------------------------------------------------- */

static bool is_bits(rh_space_t space)
{
    return space == RH_SPACE_COIL || space == RH_SPACE_DISCRETE;
}

static bool block_holds(const rh_block_t *block, const rh_register_t *source)
{
    int size = is_bits(source->space) ? 1 : rh_codec_words(source->type);
    return block->space == source->space && source->address >= block->address &&
           source->address + size <= block->address + block->count;
}

/* The device's own number of the block that holds it, taken into use; -1 = in none. */
static int use_block(rh_wiring_t *wiring, const rh_register_t *source)
{
    const rh_profile_t *profile = rh_wiring_profile(wiring);
    rh_device_t *device = wiring->device;

    for (int i = 0; i < device->block_count; i++) {
        if (block_holds(device->blocks[i].range, source)) {
            return i;
        }
    }
    for (int i = 0; i < profile->block_count; i++) {
        if (block_holds(&profile->blocks[i], source)) {
            rh_hal_block_t *block = &device->blocks[device->block_count];
            *block = (rh_hal_block_t){.range = &profile->blocks[i], .status_at = -1};
            return device->block_count++;
        }
    }
    return -1;
}

/* Where the word of a role lies in a block that is read anyway: a word from another
 * read says nothing about the value. Refused, -1, where it does not. */
static int word_in_block(const rh_wiring_t *wiring, const rh_register_t *source,
                         const char *role, int index)
{
    const rh_profile_t *profile = rh_wiring_profile(wiring);
    const rh_block_t *range = wiring->device->blocks[index].range;
    const rh_register_t *word = rh_wiring_register(profile, role);
    if (word != NULL && !is_bits(word->space) && rh_codec_words(word->type) == 1 &&
        block_holds(range, word)) {
        return word->address - range->address;
    }
    (void)rh_wiring_refuse(wiring->error,
                           "profile %s: '%s' needs the word '%s' in the same read; let "
                           "one block cover both",
                           profile->name, source->role, role);
    return -1;
}

/* The words that come with a value: its own status, its sign. */
static int add_words(const rh_wiring_t *wiring, rh_item_t *item)
{
    const rh_register_t *source = item->source;
    if (item->kind == RH_ITEM_TORQUE_CONFIRMED) {
        return 0;
    }
    if (source->status_role[0] != '\0' && strcmp(source->status_role, "status") != 0) {
        item->status_at =
            word_in_block(wiring, source, source->status_role, item->block);
        if (item->status_at < 0) {
            return -EINVAL;
        }
    }
    if (source->type == RH_REG_MAG32) {
        item->sign_at = word_in_block(wiring, source, source->sign_role, item->block);
    }
    return item->sign_at < 0 ? -EINVAL : 0;
}

static int use_status(rh_wiring_t *wiring)
{
    const rh_register_t *status =
        rh_wiring_register(rh_wiring_profile(wiring), "status");
    if (status == NULL || is_bits(status->space) ||
        (wiring->device->item_count == 0 && wiring->device->channel_count == 0)) {
        return 0;
    }
    int index = use_block(wiring, status);
    if (index < 0) {
        return rh_wiring_refuse(
            wiring->error,
            "profile %s: status lies in no block; let a block cover "
            "its address",
            rh_wiring_profile(wiring)->name);
    }
    rh_hal_block_t *block = &wiring->device->blocks[index];
    block->status_at = status->address - block->range->address;
    return 0;
}

static int check_blocks(const rh_wiring_t *wiring)
{
    const rh_profile_t *profile = rh_wiring_profile(wiring);
    for (int i = 0; i < profile->block_count; i++) {
        const rh_block_t *block = &profile->blocks[i];
        int limit = is_bits(block->space) ? 8 * RH_FRAME_WORDS_MAX : RH_FRAME_WORDS_MAX;
        if (profile->read_max > 0 && profile->read_max < limit &&
            !is_bits(block->space)) {
            limit = profile->read_max;
        }
        if (block->count < 1 || block->count + block->spare > limit ||
            block->address < 0 ||
            block->address + block->count + block->spare > UINT16_MAX + 1) {
            return rh_wiring_refuse(wiring->error,
                                    "profile %s: block %d reads %d from %d; permitted "
                                    "1 … %d in one request",
                                    profile->name, i, block->count, block->address,
                                    limit);
        }
    }
    return 0;
}

/* ---- inputs ----------------------------------------------------------------- */

const rh_register_t *rh_wiring_source(const rh_wiring_t *wiring,
                                      const rh_binding_t *binding)
{
    const rh_register_t *source =
        rh_wiring_register(rh_wiring_profile(wiring), binding->role);
    if (source == NULL) {
        (void)rh_wiring_refuse(
            wiring->error,
            "device %s: profile %s has no role '%s'; bind the signal "
            "to one of its registers",
            wiring->device->settings->name, rh_wiring_profile(wiring)->name,
            binding->role);
    }
    return source;
}

static rh_item_kind_t kind_of(const rh_binding_t *binding)
{
    if (binding->signal == RH_SIGNAL_DRIVE_STATUS) {
        return RH_ITEM_DRIVE_STATUS;
    }
    if (binding->signal == RH_SIGNAL_TORQUE_CONFIRMED) {
        return RH_ITEM_TORQUE_CONFIRMED;
    }
    return binding->signal >= RH_SIGNAL_ESTOP_A ? RH_ITEM_FLAG : RH_ITEM_NUMBER;
}

/* The confirmed torque belongs to the moment of the drive's own torque. */
static const rh_register_t *place_of(const rh_wiring_t *wiring, rh_item_kind_t kind,
                                     const rh_register_t *source)
{
    const rh_register_t *torque =
        rh_wiring_register(rh_wiring_profile(wiring), "torque");
    return kind == RH_ITEM_TORQUE_CONFIRMED && torque != NULL ? torque : source;
}

static int add_input(rh_wiring_t *wiring, const rh_binding_t *binding)
{
    rh_device_t *device = wiring->device;
    const rh_register_t *source = rh_wiring_source(wiring, binding);
    if (source == NULL) {
        return -EINVAL;
    }
    rh_item_kind_t kind = kind_of(binding);
    const rh_register_t *place = place_of(wiring, kind, source);
    bool is_number = kind == RH_ITEM_NUMBER || kind == RH_ITEM_TORQUE_CONFIRMED;
    int block = use_block(wiring, place);
    if (block < 0 || (is_number && source->type == RH_REG_BIT)) {
        return rh_wiring_refuse(
            wiring->error,
            "device %s: role '%s' of profile %s lies in no block that "
            "is read, or is a bit where a number is wanted",
            device->settings->name, binding->role, rh_wiring_profile(wiring)->name);
    }
    double gain = rh_device_gain(device->settings, source, binding->scale);
    if (is_number && !(fabs(gain) > 0.0 && isfinite(gain))) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: the scale of role '%s' must not be 0",
                                device->settings->name, binding->role);
    }
    rh_item_t *item = &device->items[device->item_count++];
    *item = (rh_item_t){
        .kind = kind,
        .signal = binding->signal,
        .block = block,
        .source = source,
        .at = place->address - device->blocks[block].range->address,
        .status_at = -1,
        .gain = gain,
        .offset = binding->offset,
        .invert = binding->invert,
    };
    return add_words(wiring, item);
}

/* ---- the whole -------------------------------------------------------------- */

static int add_bindings(rh_wiring_t *wiring, bool outputs)
{
    for (int i = 0; i < wiring->settings->binding_count; i++) {
        const rh_binding_t *binding = &wiring->settings->bindings[i];
        if (binding->kind != RH_SOURCE_MODBUS || binding->device != wiring->index ||
            binding->is_output != outputs) {
            continue;
        }
        int result = outputs ? rh_wiring_add_output(wiring, binding)
                             : add_input(wiring, binding);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

/* Blocks are read in the profile's order, not in that of the machine's bindings. */
static void sort_blocks(rh_device_t *device)
{
    for (int a = 0; a < device->block_count; a++) {
        for (int b = a + 1; b < device->block_count; b++) {
            if (device->blocks[b].range >= device->blocks[a].range) {
                continue;
            }
            rh_hal_block_t earlier = device->blocks[b];
            device->blocks[b] = device->blocks[a];
            device->blocks[a] = earlier;
            for (int i = 0; i < device->item_count; i++) {
                int *block = &device->items[i].block;
                *block = *block == a ? b : *block == b ? a : *block;
            }
        }
    }
}

int rh_wiring_device(rh_device_t *device, const rh_hal_settings_t *settings, int index,
                     const rh_wiring_error_t *error)
{
    rh_wiring_t wiring = {device, settings, index, error};
    *device = (rh_device_t){.settings = &settings->devices[index]};
    device->bits.heartbeat = device->bits.servo_on = -1;
    device->bits.lamp = device->bits.buzzer = -1;
    device->gap_ns = (int64_t)rh_wiring_gap_us(settings, index) * NS_PER_US;
    device->is_numbered = settings->buses[device->settings->bus].is_tcp;
    const rh_profile_t *profile = rh_wiring_profile(&wiring);
    device->may_be_ready = rh_wiring_may_be_ready(profile);

    int result = check_blocks(&wiring);
    result = result == 0 ? add_bindings(&wiring, true) : result;
    result = result == 0 ? rh_wiring_place_bits(&wiring) : result;
    result = result == 0 ? rh_wiring_pair_channels(&wiring) : result;
    result = result == 0 ? add_bindings(&wiring, false) : result;
    result = result == 0 ? use_status(&wiring) : result;
    sort_blocks(device);
    return result == 0 ? rh_wiring_add_startup(&wiring) : result;
}
