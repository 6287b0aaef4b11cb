/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges to counts. tests/hal holds it against recordings of real and made encoders.
 */
#include "quadrature.h"

#define NS_PER_S 1e9
#define PERIOD_MIN_NS 1000 /* two stamps in one microsecond: the clock's grain */
#define ILLEGAL 2

/* The step from one state (a + 2b) to another. */
static const int steps[4][4] = {
    {0, 1, -1, ILLEGAL},
    {-1, 0, ILLEGAL, 1},
    {1, ILLEGAL, 0, -1},
    {ILLEGAL, -1, 1, 0},
};

static int state_of(bool a, bool b)
{
    return (a ? 1 : 0) + (b ? 2 : 0);
}

void rh_quadrature_begin(rh_quadrature_t *quadrature, bool a, bool b)
{
    quadrature->a = a;
    quadrature->b = b;
    quadrature->direction = 0;
    quadrature->stamp_count = 0;
    quadrature->sequence = 0;
}

static void stamp(rh_quadrature_t *quadrature, int64_t t_ns)
{
    for (int i = RH_QUADRATURE_PERIOD_EDGES; i > 0; i--) {
        quadrature->stamps_ns[i] = quadrature->stamps_ns[i - 1];
    }
    quadrature->stamps_ns[0] = t_ns;
    quadrature->stamp_count += quadrature->stamp_count <= RH_QUADRATURE_PERIOD_EDGES;
}

static void step(rh_quadrature_t *quadrature, int direction, int64_t t_ns)
{
    if (quadrature->direction == -direction) {
        quadrature->reversals++;
        quadrature->stamp_count = 0; /* the way back is no period */
    }
    quadrature->direction = direction;
    quadrature->position += direction;
    stamp(quadrature, t_ns);
}

void rh_quadrature_levels(rh_quadrature_t *quadrature, bool a, bool b, int64_t t_ns)
{
    int direction = steps[state_of(quadrature->a, quadrature->b)][state_of(a, b)];

    quadrature->a = a;
    quadrature->b = b;
    if (direction == 0) {
        return;
    }
    quadrature->edges++;
    if (direction == ILLEGAL) {
        quadrature->illegal++;
        quadrature->stamp_count = 0;
        return;
    }
    step(quadrature, direction, t_ns);
}

void rh_quadrature_edge(rh_quadrature_t *quadrature, bool is_b, bool level,
                        int64_t t_ns)
{
    if ((is_b ? quadrature->b : quadrature->a) == level) {
        quadrature->edges++;
        quadrature->illegal++;
        quadrature->stamp_count = 0;
        return;
    }
    rh_quadrature_levels(quadrature, is_b ? quadrature->a : level,
                         is_b ? level : quadrature->b, t_ns);
}

void rh_quadrature_sequence(rh_quadrature_t *quadrature, uint32_t sequence)
{
    uint32_t missing = sequence - quadrature->sequence - 1u;

    /* one that goes backwards is no loss of four thousand million edges */
    quadrature->gaps += missing <= INT32_MAX ? missing : 1u;
    quadrature->sequence = sequence;
}

double rh_quadrature_rate(const rh_quadrature_t *quadrature, int64_t now_ns)
{
    int periods = quadrature->stamp_count - 1;
    if (periods < 1) {
        return 0.0;
    }
    int64_t span_ns = quadrature->stamps_ns[0] - quadrature->stamps_ns[periods];
    int64_t silent_ns = now_ns - quadrature->stamps_ns[0];
    double period_ns = (double)span_ns / periods;

    period_ns = period_ns > PERIOD_MIN_NS ? period_ns : PERIOD_MIN_NS;
    period_ns = (double)silent_ns > period_ns ? (double)silent_ns : period_ns;
    return quadrature->direction * NS_PER_S / period_ns;
}
