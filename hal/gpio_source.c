/* SPDX-License-Identifier: Apache-2.0 */
#include "gpio_source.h"

#include "codec.h"
#include "thread.h"

#define NS_PER_S INT64_C(1000000000)

static void close_window(rh_gpio_source_t *source, int64_t now_ns)
{
    rh_gpio_window_t *window = &source->window;
    int64_t span_ns = now_ns - window->since_ns;
    if (span_ns < NS_PER_S) {
        return;
    }
    source->report.rate_hz = (double)(source->report.readings - window->readings) *
                             (double)NS_PER_S / (double)span_ns;
    *window = (rh_gpio_window_t){now_ns, source->report.readings};
}

void rh_gpio_source_publish(rh_gpio_source_t *source, int64_t now_ns)
{
    close_window(source, now_ns);
    rh_mailbox_put(&source->samples_out, source->samples, sizeof(source->samples));
    rh_mailbox_put(&source->report_out, &source->report, sizeof(source->report));
}

void rh_gpio_source_put(rh_hal_sample_t *sample, double value, int32_t raw,
                        int64_t stamp_ns, rh_quality_t quality)
{
    bool fits = rh_codec_milli(value, &sample->milli);
    sample->raw = raw;
    sample->rest_micro = rh_codec_rest_micro(value, sample->milli);
    sample->stamp_ns = stamp_ns;
    sample->quality = (uint16_t)(fits ? quality : RH_QUALITY_BAD);
    sample->count++;
}

int rh_gpio_source_start(rh_gpio_source_t *source, int priority, void *(*run)(void *),
                         void *argument)
{
    int result = rh_thread_start(&source->thread, priority, run, argument);
    source->is_running = result == 0;
    return result;
}

void rh_gpio_source_stop(rh_gpio_source_t *source)
{
    if (source->is_running) {
        atomic_store(&source->stopping, true);
        (void)pthread_join(source->thread, NULL);
        source->is_running = false;
    }
}
