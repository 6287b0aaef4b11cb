/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine writes into its run directory: sim.json and truth.jsonl; see sim.h.
 */
#include <errno.h>
#include <unistd.h>

#include "sim.h"

#define REPS_AT_ONCE 8

void rh_sim_path(const char *run_dir, const char *name, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/%s", run_dir, name);
}

static void write_description(const rh_sim_t *sim, FILE *file)
{
    (void)fprintf(file, "{\"bus\":\"%s\",", sim->tcp ? "tcp" : "rtu");
    for (int i = 0; i < RH_BUS_COUNT; i++) {
        if (sim->bus[i].tcp) {
            (void)fprintf(file, "\"%s\":%d,", rh_bus_names[i], sim->bus[i].port);
        } else {
            (void)fprintf(file, "\"%s\":\"bus-%s\",", rh_bus_names[i], rh_bus_names[i]);
        }
    }
    (void)fprintf(file, "\"pid\":%d}\n", (int)getpid());
}

int rh_sim_announce(const rh_sim_t *sim)
{
    char path[RH_BUS_PATH_MAX + 32];
    char fresh[RH_BUS_PATH_MAX + 40];
    FILE *file;

    rh_sim_path(sim->run_dir, "sim.json", path, sizeof(path));
    (void)snprintf(fresh, sizeof(fresh), "%s.new", path);
    file = fopen(fresh, "we");
    if (file == NULL) {
        return -errno;
    }
    write_description(sim, file);
    if (fclose(file) != 0 || rename(fresh, path) != 0) {
        return -errno;
    }
    return 0;
}

static void write_rep(FILE *file, const rh_bench_rep_t *closed)
{
    const rh_truth_rep_t *rep = &closed->rep;

    (void)fprintf(
        file,
        "{\"rep\":%d,\"kind\":\"%s\",\"t_start_ns\":%lld,\"t_lift_ns\":%lld,"
        "\"t_top_ns\":%lld,\"t_lower_ns\":%lld,\"t_end_ns\":%lld,\"bottom_deg\":%.3f,"
        "\"top_deg\":%.3f,\"end_deg\":%.3f,\"rom_deg\":%.3f,\"lift_mean_dps\":%.2f,"
        "\"lift_peak_dps\":%.2f,\"lower_mean_dps\":%.2f,\"lower_peak_dps\":%.2f,"
        "\"mean_force_n\":%.2f,\"lift_work_j\":%.2f,\"lower_work_j\":%.2f}\n",
        closed->number, rep->full ? "full" : "partial", (long long)closed->t_start_ns,
        (long long)closed->t_lift_ns, (long long)closed->t_top_ns,
        (long long)closed->t_lower_ns, (long long)closed->t_end_ns, rep->bottom_deg,
        rep->top_deg, rep->end_deg, rep->top_deg - rep->bottom_deg, rep->lift_mean_dps,
        rep->lift_peak_dps, rep->lower_mean_dps, rep->lower_peak_dps, rep->mean_force_n,
        rep->lift_work_j, rep->lower_work_j);
}

void rh_sim_write_truth(rh_sim_t *sim)
{
    rh_bench_rep_t reps[REPS_AT_ONCE];
    int count;

    rh_bench_lock(&sim->bench);
    count = rh_bench_take_reps(&sim->bench, reps, REPS_AT_ONCE);
    rh_bench_unlock(&sim->bench);
    for (int i = 0; i < count; i++) {
        write_rep(sim->truth, &reps[i]);
    }
    if (count > 0) {
        (void)fflush(sim->truth);
    }
}
