/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clock and data by hand. The stamps lie outside the calls that move the clock, so that
 * a pulse is never longer than it is taken for.
 */
#include "weigher.h"

#include <stdio.h>

#include "pace.h"

#define LOOK_NS INT64_C(1000000) /* between looks whether a conversion is ready */
#define RECENT 10
#define RECENT_BAD                                                                     \
    3 /* more dropped of the last ten: the value is not to be believed                 \
       */

/* ---- lines --------------------------------------------------------------- */

static int take_line(rh_weigher_t *weigher, const char *name, rh_gpio_use_t use,
                     rh_gpio_lines_t **lines, const rh_gpio_error_t *error)
{
    int offset = rh_gpio_line_find(weigher->source.chip, name, error);
    const rh_gpio_line_t wanted = {offset, RH_BIAS_AS_IS, false};
    return offset < 0
               ? offset
               : rh_gpio_request(lines, weigher->source.chip, use, &wanted, 1, error);
}

int rh_weigher_open(rh_weigher_t *weigher, const rh_gpio_error_t *error)
{
    const rh_hx711_settings_t *settings = weigher->settings;
    int result = rh_gpio_chip_open(&weigher->source.chip, settings->chip, error);
    if (result == 0) {
        result = take_line(weigher, settings->clock, RH_GPIO_OUTPUTS, &weigher->clock,
                           error);
    }
    return result == 0 ? take_line(weigher, settings->data, RH_GPIO_INPUTS,
                                   &weigher->data, error)
                       : result;
}

/* ---- one reading --------------------------------------------------------- */

/* Pulses that choose what the next conversion measures. */
static int pulses_of(int32_t gain)
{
    return gain == 128 ? 25 : gain == 32 ? 26 : 27;
}

static int look(const rh_weigher_t *weigher, bool *dat)
{
    uint32_t level = 0;
    int result = rh_gpio_read(weigher->data, &level);
    *dat = level != 0;
    return result;
}

static int pulse(rh_weigher_t *weigher)
{
    bool dat = false;
    int64_t rose_ns = rh_pace_now_ns();
    int result = rh_gpio_write(weigher->clock, 1);
    result = result == 0 ? look(weigher, &dat) : result;
    (void)rh_hx711_levels(&weigher->decoder, true, dat, rose_ns);
    result = result == 0 ? rh_gpio_write(weigher->clock, 0) : result;
    int64_t fell_ns = rh_pace_now_ns();
    (void)rh_hx711_levels(&weigher->decoder, false, dat, fell_ns);
    result = result == 0 ? look(weigher, &dat) : result;
    (void)rh_hx711_levels(&weigher->decoder, false, dat, fell_ns);
    return result;
}

static bool is_doubtful(const rh_weigher_t *weigher)
{
    int dropped = 0;
    for (int i = 0; i < RECENT; i++) {
        dropped += (weigher->dropped >> i & 1u) != 0;
    }
    return dropped > RECENT_BAD;
}

static void take(rh_weigher_t *weigher, rh_hx711_verdict_t verdict)
{
    const rh_hx711_settings_t *settings = weigher->settings;
    const rh_hx711_t *decoder = &weigher->decoder;
    rh_gpio_report_t *report = &weigher->source.report;
    rh_hal_sample_t *sample = &weigher->source.samples[0];
    bool is_good = verdict == RH_HX711_GOOD;

    weigher->dropped = weigher->dropped << 1 | (is_good ? 0u : 1u);
    report->readings++;
    report->illegal += !is_good;
    report->errors = report->illegal;
    report->is_ready = !is_doubtful(weigher);
    report->heard_ns = rh_pace_now_ns();
    if (is_good) {
        rh_gpio_source_put(sample, decoder->value * settings->scale + settings->offset,
                           decoder->value, decoder->t_ns, RH_QUALITY_GOOD);
    }
    if (is_doubtful(weigher)) {
        sample->quality = RH_QUALITY_BAD;
    }
}

int rh_weigher_step(rh_weigher_t *weigher)
{
    bool dat = true;
    int result = look(weigher, &dat);
    if (result != 0 || dat) {
        return result;
    }
    (void)rh_hx711_levels(&weigher->decoder, false, false, rh_pace_now_ns());
    int pulses = pulses_of(weigher->settings->gain);
    for (int i = 0; i < pulses && result == 0; i++) {
        result = pulse(weigher);
    }
    take(weigher, rh_hx711_end(&weigher->decoder, rh_pace_now_ns()));
    return result == 0 ? 1 : result;
}

/* ---- the thread ---------------------------------------------------------- */

static void *run(void *argument)
{
    rh_weigher_t *weigher = argument;
    char name[16];
    int result = 0;
    (void)snprintf(name, sizeof(name), "hx711-%.9s", weigher->settings->name);
    (void)pthread_setname_np(pthread_self(), name);
    weigher->source.window.since_ns = rh_pace_now_ns();
    while (!atomic_load(&weigher->source.stopping) && result >= 0) {
        result = rh_weigher_step(weigher);
        if (result < 0) {
            weigher->source.samples[0].quality = RH_QUALITY_LOST;
            weigher->source.report.is_ready = false;
            weigher->source.report.errors++;
        }
        rh_gpio_source_publish(&weigher->source, rh_pace_now_ns());
        rh_pace_sleep_until(rh_pace_now_ns() + LOOK_NS);
    }
    return NULL;
}

int rh_weigher_start(rh_weigher_t *weigher)
{
    return rh_gpio_source_start(&weigher->source, 0, run, weigher);
}

void rh_weigher_close(rh_weigher_t *weigher)
{
    rh_gpio_source_stop(&weigher->source);
    rh_gpio_release(weigher->clock);
    rh_gpio_release(weigher->data);
    rh_gpio_chip_close(weigher->source.chip);
    weigher->clock = weigher->data = NULL;
    weigher->source.chip = NULL;
}
