/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges in batches, in order, to counts, to degrees.
 */
#include "encoder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "pace.h"

#define WAIT_NS INT64_C(2000000) /* a standing arm's position stays this fresh */
#define BATCH 64
/* Of one wake-up: a line that rings must not hold the thread. */
#define BATCHES_MAX 32
#define TURN_DEG 360.0
#define NEAR_DEG 5.0  /* so far from home a count may be and find it again */
#define DOUBT_DEG 1.0 /* the most that lost edges may have moved it unseen */

static int64_t counts_of(const rh_encoder_t *encoder, double angle_deg)
{
    return (int64_t)(angle_deg * encoder->settings->counts_per_turn / TURN_DEG) + 1;
}

/* ---- lines --------------------------------------------------------------- */

static int find_lines(const rh_encoder_t *encoder, rh_gpio_line_t *wanted,
                      const rh_gpio_error_t *error)
{
    const rh_quadrature_settings_t *settings = encoder->settings;
    const char *const names[2] = {settings->line_a, settings->line_b};
    for (int i = 0; i < 2; i++) {
        int offset = rh_gpio_line_find(encoder->source.chip, names[i], error);
        if (offset < 0) {
            return offset;
        }
        wanted[i] = (rh_gpio_line_t){offset, settings->bias, false};
    }
    return 0;
}

/* The levels are read once the kernel watches for edges: what changes from then on is
 * in its queue. */
static int begin(rh_encoder_t *encoder)
{
    uint32_t levels = 0;
    int result = rh_gpio_read(encoder->lines, &levels);
    rh_quadrature_begin(&encoder->decoder, (levels & 1u) != 0, (levels & 2u) != 0);
    return result;
}

int rh_encoder_open(rh_encoder_t *encoder, const rh_gpio_error_t *error)
{
    rh_gpio_line_t wanted[2];
    int result =
        rh_gpio_chip_open(&encoder->source.chip, encoder->settings->chip, error);
    if (result == 0) {
        result = find_lines(encoder, wanted, error);
    }
    if (result == 0) {
        result = rh_gpio_request(&encoder->lines, encoder->source.chip, RH_GPIO_EDGES,
                                 wanted, 2, error);
    }
    encoder->has_sequence = rh_gpio_generation() > 1;
    return result == 0 ? begin(encoder) : result;
}

/* ---- edges --------------------------------------------------------------- */

/* Edges that were lost since the counters stood so. */
static void doubt(rh_encoder_t *encoder, uint64_t illegal, uint64_t gaps,
                  int64_t now_ns)
{
    const rh_quadrature_t *decoder = &encoder->decoder;
    uint64_t odd = decoder->illegal - illegal;
    uint64_t missing = decoder->gaps - gaps;
    int64_t most = counts_of(encoder, DOUBT_DEG);
    if (odd + missing > 0 &&
        rh_doubt_add(&encoder->doubt, odd, missing, most, now_ns)) {
        rh_homing_spoil(&encoder->homing, now_ns);
    }
}

static void decode(rh_encoder_t *encoder, int64_t now_ns)
{
    rh_quadrature_t *decoder = &encoder->decoder;
    uint64_t illegal = decoder->illegal;
    uint64_t gaps = decoder->gaps;
    rh_gpio_edge_t edge;
    while (rh_edge_order_take(&encoder->order, now_ns, &edge)) {
        if (edge.has_sequence) {
            rh_quadrature_sequence(decoder, edge.sequence);
        }
        rh_quadrature_edge(decoder, edge.line == 1, edge.level, edge.t_ns);
    }
    doubt(encoder, illegal, gaps, now_ns);
}

/* As much as there is; every batch finds room because decode makes it. */
static int take_all(rh_encoder_t *encoder, int64_t now_ns)
{
    rh_gpio_edge_t edges[BATCH];
    int more = 1;
    for (int batch = 0; more > 0 && batch < BATCHES_MAX; batch++) {
        more = rh_gpio_wait(encoder->lines, 0);
        int count = more > 0 ? rh_gpio_take(encoder->lines, edges, BATCH) : 0;
        for (int i = 0; i < count; i++) {
            rh_edge_order_add(&encoder->order, &edges[i]);
        }
        decode(encoder, now_ns);
        more = count < 0 ? count : more;
    }
    return more < 0 ? more : 0;
}

/* ---- samples ------------------------------------------------------------- */

static void fill_samples(rh_encoder_t *encoder, int64_t now_ns)
{
    const rh_quadrature_settings_t *settings = encoder->settings;
    const rh_quadrature_t *decoder = &encoder->decoder;
    double deg_per_count = TURN_DEG / settings->counts_per_turn;
    bool was_homed = encoder->homing.is_homed;
    bool is_homed = rh_homing_look(&encoder->homing, decoder->position,
                                   counts_of(encoder, NEAR_DEG), now_ns);
    if (is_homed && !was_homed) {
        encoder->doubt = (rh_doubt_t){0};
    }
    int64_t known_ns =
        rh_edge_order_known_ns(&encoder->order, encoder->has_sequence, now_ns);
    int64_t moved = decoder->position - encoder->homing.home;
    double rate_cps = rh_quadrature_rate(decoder, known_ns);
    rh_quality_t quality = is_homed ? RH_QUALITY_GOOD : RH_QUALITY_BAD;

    rh_gpio_source_put(&encoder->source.samples[RH_ENCODER_POSITION],
                       settings->home_deg + (double)moved * deg_per_count,
                       (int32_t)decoder->position, known_ns, quality);
    rh_gpio_source_put(&encoder->source.samples[RH_ENCODER_RATE],
                       rate_cps * deg_per_count, (int32_t)rate_cps, known_ns, quality);
    encoder->source.report.is_ready = is_homed;
}

static void fill_report(rh_encoder_t *encoder, int64_t now_ns)
{
    rh_gpio_report_t *report = &encoder->source.report;
    const rh_quadrature_t *decoder = &encoder->decoder;
    report->heard_ns = now_ns;
    report->readings = decoder->edges;
    report->illegal = decoder->illegal;
    report->gaps = decoder->gaps;
    report->errors = decoder->illegal + decoder->gaps;
}

int rh_encoder_step(rh_encoder_t *encoder, int64_t now_ns)
{
    int result = take_all(encoder, now_ns);
    if (result < 0) {
        return result;
    }
    fill_samples(encoder, now_ns);
    fill_report(encoder, now_ns);
    return 0;
}

/* ---- the thread ---------------------------------------------------------- */

static void lose(rh_encoder_t *encoder)
{
    for (int role = 0; role < RH_GPIO_ROLES; role++) {
        encoder->source.samples[role].quality = RH_QUALITY_LOST;
    }
    encoder->source.report.is_ready = false;
    encoder->source.report.errors++;
    rh_gpio_source_publish(&encoder->source, rh_pace_now_ns());
}

static void *run(void *argument)
{
    rh_encoder_t *encoder = argument;
    char name[16];
    (void)snprintf(name, sizeof(name), "gpio-%.10s", encoder->settings->name);
    (void)pthread_setname_np(pthread_self(), name);
    (void)prctl(PR_SET_TIMERSLACK, 1UL);
    encoder->source.window.since_ns = rh_pace_now_ns();
    while (!atomic_load(&encoder->source.stopping)) {
        int result = rh_gpio_wait(encoder->lines, WAIT_NS);
        if (result == -EINTR) {
            continue;
        }
        int64_t now_ns = rh_pace_now_ns();
        if (result < 0 || rh_encoder_step(encoder, now_ns) < 0) {
            lose(encoder);
            return NULL;
        }
        rh_gpio_source_publish(&encoder->source, now_ns);
    }
    return NULL;
}

int rh_encoder_start(rh_encoder_t *encoder, int priority)
{
    return rh_gpio_source_start(&encoder->source, priority, run, encoder);
}

void rh_encoder_close(rh_encoder_t *encoder)
{
    rh_gpio_source_stop(&encoder->source);
    rh_gpio_release(encoder->lines);
    rh_gpio_chip_close(encoder->source.chip);
    encoder->lines = NULL;
    encoder->source.chip = NULL;
}
