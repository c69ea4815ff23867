#include "clinic/gate_text.h"

#include <math.h>
#include <stdio.h>

/* "at 12.3 s", or nothing where it concerns the whole trial. */
static void say_where(double at_s, char text[32]) {
    text[0] = '\0';
    if (!isnan(at_s)) snprintf(text, 32, " at %.2f s", at_s);
}

static void say_fine(const eg_gate_finding *f, char *text, size_t size) {
    switch (f->check) {
    case EG_GATE_DURATION:
        snprintf(text, size, "%.2f s", f->value);
        break;
    case EG_GATE_RATE:
        snprintf(text, size, "%g Hz, evenly sampled", f->value);
        break;
    case EG_GATE_GAPS:
        snprintf(text, size, "no sample is missing");
        break;
    case EG_GATE_STEP_OFF:
        snprintf(text, size, "on the plate throughout");
        break;
    case EG_GATE_FOOT_LIFT:
        snprintf(text, size, "both feet loaded throughout");
        break;
    case EG_GATE_BODY_WEIGHT:
        snprintf(text, size, "%.0f N on the plate", f->value);
        break;
    case EG_GATE_FORCE_DRIFT:
        snprintf(text, size, "vertical force changes by %.2f %% over the trial", 100 * f->value);
        break;
    case EG_GATE_HELD_SAMPLES:
        snprintf(text, size, "no held samples");
        break;
    case EG_GATE_SATURATION:
        snprintf(text, size, "no signal is cut off");
        break;
    case EG_GATE_SPIKES:
        snprintf(text, size, "no spikes");
        break;
    case EG_GATE_NOISE:
        snprintf(text, size, "%.3f mm RMS above 10 Hz", f->value);
        break;
    case EG_GATE_DRIFT:
        snprintf(text, size, "the centre of pressure moves %.1f mm along a line over the trial",
                 f->value);
        break;
    case EG_GATE_TRANSIENT:
        snprintf(text, size, "the first seconds are %.2f times as fast as the rest", f->value);
        break;
    case EG_GATE_CONSISTENCY:
        snprintf(text, size, "columns and forces agree within %.3f mm", f->value);
        break;
    case EG_GATE_CHECKS:
        text[0] = '\0';
        break;
    }
}

static void say_load(const eg_gate_finding *f, const char *where, char *text, size_t size) {
    const char *signal = f->signal != NULL ? f->signal : "";
    switch (f->reason) {
    case EG_GATE_UNLOADED:
        snprintf(text, size,
                 "less than %.0f N on the plate for %.2f s%s: the person stepped off; "
                 "repeat the trial",
                 f->limit, f->value, where);
        break;
    case EG_GATE_PARTLY_UNLOADED:
        snprintf(text, size,
                 "only %.0f %% of the weight on the plate%s: a foot beside it or a hand "
                 "on something; repeat the trial",
                 100 * f->value, where);
        break;
    case EG_GATE_OFF_BASE:
        snprintf(text, size,
                 "the centre of pressure is %.0f mm off its middle%s, where no foot "
                 "can be: a step or a fault; repeat the trial",
                 f->value, where);
        break;
    case EG_GATE_FOOT_UNLOADED:
        snprintf(text, size,
                 "the %s foot carries only %.1f %% of the load%s: it was lifted; "
                 "repeat the trial",
                 signal, 100 * f->value, where);
        break;
    case EG_GATE_NOBODY:
        snprintf(text, size, "%.0f N on the plate: too little for a person", f->value);
        break;
    case EG_GATE_UPSIDE_DOWN:
        snprintf(text, size,
                 "the vertical force is negative (%.0f N): the plate's z axis points down; "
                 "turn the column round",
                 f->value);
        break;
    case EG_GATE_LIGHT:
        snprintf(text, size,
                 "%.0f %% of the body weight on the plate: a hand or foot elsewhere, or "
                 "the mass is wrong",
                 100 * f->value);
        break;
    case EG_GATE_HEAVY:
        snprintf(text, size, "%.0f %% of the body weight on the plate: is the mass right?",
                 100 * f->value);
        break;
    default:
        snprintf(text, size,
                 "vertical force changes by %.1f %% over the trial: the plate drifts; "
                 "let it warm up and zero it",
                 100 * f->value);
    }
}

static void say_timing(const eg_gate_finding *f, const char *where, char *text, size_t size) {
    switch (f->reason) {
    case EG_GATE_TOO_SHORT:
        snprintf(text, size, "%.2f s, at least %g s are needed", f->value, f->limit);
        break;
    case EG_GATE_TOO_SLOW:
        snprintf(text, size, "%g Hz, at least %g Hz are needed", f->value, f->limit);
        break;
    case EG_GATE_JITTER:
        snprintf(text, size, "unevenly sampled: time steps vary by %.0f %%", 100 * f->value);
        break;
    default:
        snprintf(text, size, "time does not go forward%s (%zu times)", where, f->count);
        break;
    }
}

static void say_samples(const eg_gate_finding *f, const char *where, char *text, size_t size) {
    const char *signal = f->signal != NULL ? f->signal : "";
    switch (f->reason) {
    case EG_GATE_GAP_ROWS:
        snprintf(text, size, "%zu samples are missing, the longest gap %.2f s%s", f->count,
                 f->value, where);
        break;
    case EG_GATE_DROPOUT:
        snprintf(text, size,
                 "every force is exactly 0 for %.2f s%s and back at once: the amplifier dropped "
                 "out; repeat the trial",
                 f->value, where);
        break;
    case EG_GATE_DEAD:
        snprintf(text, size,
                 "%s never changes (%.1f s): the recorder held its last value or the channel "
                 "is dead",
                 signal, f->value);
        break;
    case EG_GATE_HELD_RUN:
        snprintf(text, size,
                 "\"%s\" stands still for %zu samples (%.2f s)%s: the recorder held its "
                 "last value",
                 signal, f->count, f->value, where);
        break;
    case EG_GATE_HELD_SHARE:
        snprintf(text, size,
                 "%.0f %% of the samples of \"%s\" repeat the one before: recorded at a "
                 "lower rate than stated",
                 100 * f->value, signal);
        break;
    case EG_GATE_CLIPPED:
        snprintf(text, size,
                 "\"%s\" is cut off at %.6g (%zu samples)%s: beyond the range of the "
                 "plate or its amplifier",
                 signal, f->value, f->count, where);
        break;
    case EG_GATE_SPIKE:
        snprintf(text, size, "%zu spikes, the largest %.1f mm%s", f->count, f->value, where);
        break;
    case EG_GATE_JUMP:
        snprintf(text, size, "jumps by %.0f mm between two samples%s", f->value, where);
        break;
    case EG_GATE_BREAK:
        snprintf(text, size,
                 "the path breaks off and goes on %.1f mm away%s, faster than a person moves: "
                 "samples are missing there",
                 f->value, where);
        break;
    case EG_GATE_UNFILTERED:
        snprintf(text, size,
                 "unfiltered: noise above 10 Hz makes the path %.2f times as long; "
                 "velocity is not comparable unless filtered",
                 f->value);
        break;
    case EG_GATE_NOISY:
        snprintf(text, size,
                 "noise: %.2f mm RMS above 10 Hz in %s%s (unfiltered, mains, vibration, "
                 "or a fast tremor)",
                 f->value, signal, where);
        break;
    default:
        snprintf(text, size, "noisy vertical force: %.1f %% of the weight above 10 Hz",
                 100 * f->value);
    }
}

static void say_shape(const eg_gate_finding *f, const char *where, char *text, size_t size) {
    const char *signal = f->signal != NULL ? f->signal : "";
    switch (f->reason) {
    case EG_GATE_RAMP:
        snprintf(text, size,
                 "the centre of pressure drifts %.0f mm along a line in %s over the "
                 "trial: areas and distances measure the drift",
                 f->value, signal);
        break;
    case EG_GATE_RAMP_OF_COLUMNS:
        snprintf(text, size, "the column of %s drifts %.1f mm away from what the forces say",
                 signal, f->value);
        break;
    case EG_GATE_RESTLESS_START:
        snprintf(text, size,
                 "the first seconds are %.1f times as fast as the rest: start recording "
                 "later",
                 f->value);
        break;
    case EG_GATE_FAR_START:
        snprintf(text, size,
                 "in the first seconds the centre of pressure is up to %.0f mm from where it "
                 "stays later (at most %.0f mm): start recording later",
                 f->value, f->limit);
        break;
    case EG_GATE_DISAGREE:
        snprintf(text, size, "columns and forces differ by up to %.1f mm%s: one of them is wrong",
                 f->value, where);
        break;
    default:
        snprintf(text, size, "columns and forces differ by up to %.1f mm%s; another check says why",
                 f->value, where);
    }
}

static void say_unchecked(const eg_gate_finding *f, char *text, size_t size) {
    switch (f->reason) {
    case EG_GATE_NOT_CHECKED_FORCE:
        snprintf(text, size, "not checked: no vertical force");
        break;
    case EG_GATE_NOT_CHECKED_PLATES:
        snprintf(text, size, "not checked: one plate");
        break;
    case EG_GATE_NOT_CHECKED_TIME:
        snprintf(text, size, "no time stamps: lost rows cannot be seen; no sample is empty");
        break;
    case EG_GATE_NOT_CHECKED_TWICE:
        snprintf(text, size, "not checked: the centre of pressure is in the file once");
        break;
    case EG_GATE_NOT_CHECKED_TASK:
        snprintf(text, size, "not checked: the task itself looks like it (docs: balance-tasks)");
        break;
    case EG_GATE_NOT_CHECKED_RATE:
        snprintf(text, size, "not checked: %g Hz is too slow, needs %g Hz", f->value, f->limit);
        break;
    default:
        snprintf(text, size,
                 "not checked: \"%s\" has steps of %.3g, too coarse to see held samples",
                 f->signal != NULL ? f->signal : "", f->value);
    }
}

void eg_gate_say(const eg_gate_finding *f, char text[EG_GATE_TEXT_MAX]) {
    char where[32];
    say_where(f->at_s, where);
    if (f->reason == EG_GATE_FINE)
        say_fine(f, text, EG_GATE_TEXT_MAX);
    else if (f->reason <= EG_GATE_NOT_CHECKED_COARSE)
        say_unchecked(f, text, EG_GATE_TEXT_MAX);
    else if (f->reason >= EG_GATE_UNLOADED && f->reason <= EG_GATE_FORCE_RAMP)
        say_load(f, where, text, EG_GATE_TEXT_MAX);
    else if (f->reason >= EG_GATE_TOO_SHORT && f->reason <= EG_GATE_TIME_BACK)
        say_timing(f, where, text, EG_GATE_TEXT_MAX);
    else if (f->reason >= EG_GATE_RAMP)
        say_shape(f, where, text, EG_GATE_TEXT_MAX);
    else
        say_samples(f, where, text, EG_GATE_TEXT_MAX);
}
