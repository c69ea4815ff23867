/* The quality gate of a balance recording. Each check looks for one thing that goes wrong in
 * practice, gives a verdict and the numbers for a sentence about it. One failed check and no value
 * of the trial may be shown to a clinician.
 *
 * Rows that one check blames (a gap, an unloaded plate, held or clipped samples) are left out of
 * the checks behind it, so that the right check fails and not its neighbours.
 *
 * Every limit is data (knowledge/gates) with its reason; none is in this code. */
#ifndef EG_BALANCE_GATE_H
#define EG_BALANCE_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/balance/trial.h"
#include "core/base/arena.h"
#include "core/base/err.h"

typedef enum eg_gate_verdict { EG_GATE_OK, EG_GATE_WARN, EG_GATE_FAIL } eg_gate_verdict;

/*        enumerator         name */
#define EG_GATE_CHECK_TABLE(X)                                                                     \
    X(EG_GATE_DURATION, "duration")                                                                \
    X(EG_GATE_RATE, "rate")                                                                        \
    X(EG_GATE_GAPS, "gaps")                                                                        \
    X(EG_GATE_STEP_OFF, "step_off")                                                                \
    X(EG_GATE_FOOT_LIFT, "foot_lift")                                                              \
    X(EG_GATE_BODY_WEIGHT, "body_weight")                                                          \
    X(EG_GATE_FORCE_DRIFT, "force_drift")                                                          \
    X(EG_GATE_HELD_SAMPLES, "held_samples")                                                        \
    X(EG_GATE_SATURATION, "saturation")                                                            \
    X(EG_GATE_SPIKES, "spikes")                                                                    \
    X(EG_GATE_NOISE, "noise")                                                                      \
    X(EG_GATE_DRIFT, "drift")                                                                      \
    X(EG_GATE_TRANSIENT, "transient")                                                              \
    X(EG_GATE_CONSISTENCY, "consistency")

typedef enum eg_gate_check {
#define X(check, name) check,
    EG_GATE_CHECK_TABLE(X)
#undef X
        EG_GATE_CHECKS
} eg_gate_check;

/* Which sentence a finding stands for; the comment says what its numbers are. */
typedef enum eg_gate_reason {
    EG_GATE_FINE,               /* value: what was measured, limit: what would have been flagged */
    EG_GATE_NOT_CHECKED_FORCE,  /* no vertical force */
    EG_GATE_NOT_CHECKED_PLATES, /* one plate only */
    EG_GATE_NOT_CHECKED_TIME,   /* the file has a rate but no time stamps */
    EG_GATE_NOT_CHECKED_TWICE,  /* COP only from columns or only from forces */
    EG_GATE_NOT_CHECKED_RATE,   /* too slow a rate to see it */
    EG_GATE_NOT_CHECKED_TASK,   /* the task itself looks like this fault */
    EG_GATE_NOT_CHECKED_COARSE, /* value: resolution; too coarse to see held samples */
    EG_GATE_TOO_SHORT,          /* value: seconds */
    EG_GATE_TOO_SLOW,           /* value: Hz */
    EG_GATE_JITTER,             /* value: SD of the steps as a share of the step */
    EG_GATE_TIME_BACK,          /* count: how often, at_s: row / rate */
    EG_GATE_GAP_ROWS,           /* value: longest, s; count: missing samples; at_s */
    EG_GATE_DROPOUT,            /* value: seconds in which every force is exactly 0; at_s */
    EG_GATE_UNLOADED,           /* value: seconds with less than `limit` N; at_s */
    EG_GATE_PARTLY_UNLOADED,    /* value: least share of the weight; at_s */
    EG_GATE_OFF_BASE,           /* value: mm from the middle; at_s */
    EG_GATE_FOOT_UNLOADED,      /* value: least share; signal: "right" or "left"; at_s */
    EG_GATE_NOBODY,             /* value: N; too little for a person */
    EG_GATE_UPSIDE_DOWN,        /* value: N; the vertical force is negative throughout */
    EG_GATE_LIGHT,              /* value: share of the body weight */
    EG_GATE_HEAVY,              /* value: share of the body weight */
    EG_GATE_FORCE_RAMP,         /* value: change over the trial as a share of the mean */
    EG_GATE_HELD_RUN,           /* value: longest, s; signal; at_s */
    EG_GATE_HELD_SHARE,         /* value: share of repeated samples; signal */
    EG_GATE_DEAD,               /* value: seconds for which this axis never changed; signal */
    EG_GATE_CLIPPED,            /* value: the level; count: samples at it; signal; at_s */
    EG_GATE_SPIKE,              /* value: largest, mm; count; at_s */
    EG_GATE_JUMP,               /* value: largest step between two samples, mm; at_s */
    EG_GATE_BREAK,              /* value: break in the path between two samples, mm; at_s */
    EG_GATE_UNFILTERED,         /* value: path as recorded over path below 10 Hz */
    EG_GATE_NOISY,              /* value: RMS above 10 Hz, mm; signal; at_s */
    EG_GATE_NOISY_FORCE,        /* value: RMS above 10 Hz as a share of the weight */
    EG_GATE_RAMP,               /* value: mm over the trial; signal: "ml" or "ap" */
    EG_GATE_RAMP_OF_COLUMNS,    /* the same, of the columns against the forces */
    EG_GATE_RESTLESS_START,     /* value: velocity of the first seconds over the rest's */
    EG_GATE_FAR_START,          /* value: farthest, mm, in the first seconds; limit: later on */
    EG_GATE_DISAGREE,           /* value: mm between columns and forces; at_s */
    EG_GATE_DISAGREE_EXPLAINED  /* the same, where another check has said why */
} eg_gate_reason;

typedef struct eg_gate_finding {
    eg_gate_check check;
    eg_gate_verdict verdict;
    eg_gate_reason reason;
    double value, limit; /* see eg_gate_reason */
    double at_s;         /* where it begins, from the trial's first sample; NaN if everywhere */
    size_t count;
    const char *signal; /* static or the channel's name, borrowed; NULL if it needs none */
} eg_gate_finding;

/*        name                 unit (of its value in knowledge/gates) */
#define EG_GATE_LIMIT_TABLE(X)                                                                     \
    X(duration_warn_s)                                                                             \
    X(duration_fail_s)                                                                             \
    X(rate_warn_hz)                                                                                \
    X(rate_fail_hz)                                                                                \
    X(jitter_warn)                                                                                 \
    X(jitter_fail)                                                                                 \
    X(gap_fail_s)                                                                                  \
    X(gap_share_fail)                                                                              \
    X(load_least_n)                                                                                \
    X(load_least_share)                                                                            \
    X(load_fail_s)                                                                                 \
    X(load_partial_share)                                                                          \
    X(load_partial_s)                                                                              \
    X(dropout_most_s)                                                                              \
    X(base_fail_mm)                                                                                \
    X(base_fail_s)                                                                                 \
    X(foot_least_share)                                                                            \
    X(foot_fail_s)                                                                                 \
    X(weight_least_n)                                                                              \
    X(weight_light_share)                                                                          \
    X(weight_heavy_share)                                                                          \
    X(force_drift_warn)                                                                            \
    X(force_drift_fail)                                                                            \
    X(held_fail_s)                                                                                 \
    X(held_share_warn)                                                                             \
    X(held_share_fail)                                                                             \
    X(clip_fail_samples)                                                                           \
    X(spike_least_mm)                                                                              \
    X(spike_ratio)                                                                                 \
    X(spike_fail_mm)                                                                               \
    X(jump_fail_mm)                                                                                \
    X(break_least_mm)                                                                              \
    X(break_ratio)                                                                                 \
    X(break_fail_mm)                                                                               \
    X(noise_path_warn)                                                                             \
    X(noise_fail_mm)                                                                               \
    X(noise_force_warn)                                                                            \
    X(drift_warn_mm)                                                                               \
    X(drift_lean_mm)                                                                               \
    X(drift_line_mm)                                                                               \
    X(drift_line_ratio)                                                                            \
    X(drift_line_ratio_verified)                                                                   \
    X(drift_far_mm)                                                                                \
    X(drift_far_ratio)                                                                             \
    X(drift_fail_mm)                                                                               \
    X(drift_columns_fail_mm)                                                                       \
    X(transient_s)                                                                                 \
    X(transient_far_mm)                                                                            \
    X(transient_far_ratio)                                                                         \
    X(transient_ratio_warn)                                                                        \
    X(consistency_fail_mm)

/* What each means and why it has its value: knowledge/gates/balance.json. Shares are fractions. */
typedef struct eg_gate_limits {
#define X(name) double name;
    EG_GATE_LIMIT_TABLE(X)
#undef X
} eg_gate_limits;

enum { EG_GATE_CHANNELS_MAX = 16 };

/* A signal as recorded that the trial rests on. */
typedef struct eg_gate_channel {
    const char *name;     /* as the file calls it; borrowed */
    const double *values; /* [n] */
    int is_force;         /* a force or a moment, not a coordinate */
} eg_gate_channel;

typedef struct eg_gate_input {
    const eg_cop_trial *trial;
    size_t n_channels; /* all recorded signals of the trial: COP columns, forces, moments */
    eg_gate_channel channels[EG_GATE_CHANNELS_MAX];
    /* Where the file has the COP both as columns and by forces: the second one, [n]; else NULL. */
    const double *force_ml_mm, *force_ap_mm;
    uint32_t exempt; /* bit 1 << eg_gate_check: the task itself looks like this fault */
} eg_gate_input;

typedef struct eg_gate_report {
    eg_gate_verdict verdict; /* the worst of all */
    eg_gate_finding findings[EG_GATE_CHECKS];
} eg_gate_report;

/* Static name of a check ("held_samples") and of a verdict ("ok", "warn", "fail"). */
const char *eg_gate_check_name(eg_gate_check check);
const char *eg_gate_verdict_name(eg_gate_verdict verdict);

/* Bytes of arena for a trial of n samples. */
size_t eg_gate_memory(size_t n, double rate_hz);

/* Runs all checks. Errors: EG_ERR_MEMORY only. Needs rate_hz > 0 and at least 2 samples; a trial
 * that is too short for a check passes it as "not checked". Cost: about 3 ms for 60 s, 100 Hz. */
EG_NODISCARD eg_err eg_gate_run(const eg_gate_input *input, const eg_gate_limits *limits,
                                eg_arena *arena, eg_gate_report *report);

#endif
