/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine's wires say, for `doctor`, `signal list` and commissioning: every
 * input signal as the tick read it, and what was decided about commissioning.
 */
#include "names.h"
#include "publish_parts.h"
#include "queries.h"
#include "rh/units.h"

static const char *const qualities[] = {
    [RH_QUALITY_NONE] = "none",
    [RH_QUALITY_GOOD] = "good",
    [RH_QUALITY_BAD] = "bad",
    [RH_QUALITY_LOST] = "lost",
};

static const char *quality_word(uint16_t quality)
{
    return quality <= RH_QUALITY_LOST ? qualities[quality] : "none";
}

static void write_signal(const rh_sample_t *sample, uint32_t index, rh_json_t *result)
{
    const rh_signal_row_t *row = rh_name_input(index);
    rh_json_open(result, '{');
    rh_json_key(result, "name");
    rh_json_text(result, row->name);
    rh_json_key(result, "unit");
    rh_json_text(result, row->unit);
    rh_json_key(result, "value");
    rh_json_number(result, (double)sample->milli / RH_MILLI, 3);
    rh_json_key(result, "raw");
    rh_json_i64(result, sample->raw);
    rh_json_key(result, "quality");
    rh_json_text(result, quality_word(sample->quality));
    rh_json_key(result, "age_ns");
    rh_json_i64(result, sample->age_ns);
    rh_json_key(result, "count");
    rh_json_u64(result, sample->count);
    rh_json_close(result, '}');
}

bool rh_query_signals(rh_publish_t *publish, const rh_ask_t *ask, rh_json_t *result,
                      rh_error_t *error)
{
    (void)ask;
    (void)error;
    rh_json_open(result, '{');
    rh_json_key(result, "mono_ns");
    rh_json_i64(result, publish->snapshot.now_ns);
    rh_json_key(result, "safety");
    rh_json_text(result, rh_name_safety(publish->snapshot.safety));
    rh_json_key(result, "signals");
    rh_json_open(result, '[');
    for (uint32_t i = 0; publish->has_snapshot && i < RH_SIGNAL_COUNT; i++) {
        write_signal(&publish->snapshot.signal[i], i, result);
    }
    rh_json_close(result, ']');
    rh_json_close(result, '}');
    return true;
}

void rh_publish_uncommissioned(rh_publish_t *publish, const char *sentence)
{
    publish->settings.commissioning.may_arm = false;
    publish->settings.commissioning.sentence = sentence;
}

bool rh_query_commissioning(rh_publish_t *publish, const rh_ask_t *ask,
                            rh_json_t *result, rh_error_t *error)
{
    const rh_publish_commissioning_t *from = &publish->settings.commissioning;
    (void)ask;
    (void)error;
    rh_json_open(result, '{');
    rh_json_key(result, "is_needed");
    rh_json_flag(result, from->is_needed);
    rh_json_key(result, "may_arm");
    rh_json_flag(result, from->may_arm);
    rh_json_key(result, "sentence");
    rh_json_text(result, from->sentence);
    rh_json_key(result, "machine");
    rh_json_text(result, publish->settings.machine);
    rh_json_key(result, "state_dir");
    rh_json_text(result, publish->settings.daemon->state_dir);
    rh_json_key(result, "wiring");
    rh_json_text(result, from->wiring);
    rh_json_close(result, '}');
    return true;
}
