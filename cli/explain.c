#include "cli/explain.h"

#include <stdio.h>
#include <string.h>

#include "core/balance/measures.h"
#include "core/balance/task_trial.h"
#include "io/json/write.h"

/* A variable of a peer. "*" in `code` stands for ML and AP, in `own`, our nearest code, for ml and
 * ap; "" where we have none. */
typedef struct peer_row {
    const char *code, *unit, *definition, *own;
} peer_row;

static const char quijoux_source[] =
    "Quijoux et al. 2021, Physiol Rep 9:e15067, as the authors' public code computes it: "
    "resampled to 25 Hz by SWARII, low-pass 10 Hz, centred";
static const char duarte_source[] =
    "Santos and Duarte 2016, PeerJ 4:e2648, as the authors' public code computes it: low-pass "
    "10 Hz, then centred";

#define SPECTRUM "of the spectrum (Welch, windows of 10 s), .15 to 5 Hz"
#define LINES    "of the mean square displacement against lag, each where it fits best, log scales"

static const peer_row quijoux[] = {
    {"mean_value_*", "cm", "mean position on the plate", "cop.mean.*"},
    {"mean_distance_*", "cm", "mean distance from the mean position along the axis",
     "cop.distance.mean.*"},
    {"mean_distance_Radius", "cm", "mean distance from the mean position", "cop.distance.mean"},
    {"maximal_distance_*", "cm", "largest distance from the mean position along the axis",
     "cop.distance.max.*"},
    {"maximal_distance_Radius", "cm", "largest distance from the mean position",
     "cop.distance.max"},
    {"rms_*", "cm", "root of the mean square distance from the mean position along the axis",
     "cop.rms.*"},
    {"rms_Radius", "cm", "root of the mean square distance from the mean position", "cop.rms"},
    {"range_*", "cm", "largest minus smallest position along the axis", "cop.range.*"},
    {"range_ML_AND_AP", "cm", "largest distance between any two positions", "cop.range"},
    {"range_ratio_ML_AND_AP", "1", "range sideways over range front to back", "cop.range.ratio"},
    {"planar_deviation_ML_AND_AP", "cm",
     "root of the sum of the squares of the two deviations; the same number as rms_Radius",
     "cop.rms"},
    {"coefficient_sway_direction_ML_AND_AP", "1", "correlation of the two axes", "cop.correlation"},
    {"confidence_ellipse_area_ML_AND_AP", "cm^2",
     "area of the ellipse in which the next position lies with 95 %, with moments over n",
     "cop.ellipse.area"},
    {"principal_sway_direction_ML_AND_AP", "deg",
     "angle between the ellipse's long axis and front to back, 0 to 90", "cop.ellipse.angle"},
    {"mean_velocity_*", "cm/s", "path along the axis over duration", "cop.velocity.mean.*"},
    {"mean_velocity_ML_AND_AP", "cm/s", "path over duration", "cop.velocity.mean"},
    {"sway_area_per_second_ML_AND_AP", "cm^2/s",
     "area of the triangles between the mean position and each step, over duration",
     "cop.area.rate"},
    {"phase_plane_parameter_*", "mixed (sqrt(cm^2+(cm/s)^2))",
     "root of the mean square position plus the variance of the velocity, two units in one number",
     ""},
    {"LFS_ML_AND_AP", "1/cm", "path over area of the ellipse", "cop.path.per_area"},
    {"fractal_dimension_ML_AND_AP", "1",
     "log of the samples over that log plus the log of the ellipse's diameter over the path",
     "cop.fractal.ellipse"},
    {"zero_crossing_SPD_*", "count", "how often the velocity along the axis changes its sign",
     "cop.velocity.peaks.*"},
    {"peak_velocity_pos_SPD_*", "cm/s", "mean of the peaks of velocity to the positive side",
     "cop.velocity.peak.*"},
    {"peak_velocity_neg_SPD_*", "cm/s", "mean size of the peaks of velocity to the negative side",
     "cop.velocity.peak.*"},
    {"peak_velocity_all_SPD_*", "cm/s", "mean size of the peaks of velocity to both sides",
     "cop.velocity.peak.*"},
    {"mean_peak_Sway_Density", "s", "mean of the longest stays within 3 mm", "cop.density.peak"},
    {"mean_distance_peak_Sway_Density", "cm", "mean distance between one such stay and the next",
     "cop.density.distance"},
    {"mean_frequency_*", "Hz",
     "how often a sine of the mean distance would have to swing to have the mean velocity",
     "cop.frequency.rotation.*"},
    {"mean_frequency_ML_AND_AP", "Hz",
     "turns a second of a point on a circle of the mean distance with the mean velocity",
     "cop.frequency.rotation"},
    {"total_power_Power_Spectrum_Density_*", "cm^2/Hz (sum of bins)",
     "sum over the bins " SPECTRUM "; grows with duration", "cop.psd.power.*"},
    {"power_frequency_50_Power_Spectrum_Density_*", "Hz", "half of the power lies below " SPECTRUM,
     "cop.psd.f50.*"},
    {"power_frequency_95_Power_Spectrum_Density_*", "Hz", "95 % of the power lies below " SPECTRUM,
     "cop.psd.f95.*"},
    {"frequency_mode_Power_Spectrum_Density_*", "Hz", "highest bin " SPECTRUM, "cop.psd.mode.*"},
    {"centroid_frequency_Power_Spectrum_Density_*", "Hz",
     "root of the second over the zeroth moment " SPECTRUM, "cop.psd.centroid.*"},
    {"frequency_dispersion_Power_Spectrum_Density_*", "1",
     "spread about the centroid, 0 for one frequency, " SPECTRUM, "cop.psd.dispersion.*"},
    {"energy_content_below_05_Power_Spectrum_Density_*", "cm^2/Hz (sum of bins)",
     "sum over the bins below .5 Hz; grows with duration", "cop.psd.low.*"},
    {"energy_content_05_2_Power_Spectrum_Density_*", "cm^2/Hz (sum of bins)",
     "sum over the bins from .5 to 2 Hz; grows with duration", "cop.psd.middle.*"},
    {"energy_content_above_2_Power_Spectrum_Density_*", "cm^2/Hz (sum of bins)",
     "sum over the bins above 2 Hz; grows with duration", "cop.psd.high.*"},
    {"frequency_quotient_Power_Spectrum_Density_*", "1", "power above 2 Hz over power below",
     "cop.psd.quotient.*"},
    {"short_time_diffusion_Diffusion_*", "cm^2 at 1 s",
     "value at 1 s of the line of short lags " LINES, "cop.sda.ds.*"},
    {"long_time_diffusion_Diffusion_*", "cm^2 at 1 s",
     "value at 1 s of the line of long lags " LINES, "cop.sda.dl.*"},
    {"critical_time_Diffusion_*", "s", "lag at which the two lines meet, " LINES, "cop.sda.tc.*"},
    {"critical_displacement_Diffusion_*", "cm^2",
     "displacement at which the two lines meet, " LINES, "cop.sda.rc.*"},
    {"short_time_scaling_Diffusion_*", "1", "half the slope of the line of short lags " LINES,
     "cop.sda.hs.*"},
    {"long_time_scaling_Diffusion_*", "1", "half the slope of the line of long lags " LINES,
     "cop.sda.hl.*"},
};

#undef SPECTRUM
#define SPECTRUM "of the spectrum (Welch, 30 s), by trapezoids"

static const peer_row duarte[] = {
    {"ellipse95_area", "cm^2",
     "area of the ellipse in which the next position lies with 95 % (F distribution)",
     "cop.ellipse.area"},
    {"ellipse95_semiaxis_major", "cm", "its long half axis", "cop.ellipse.major"},
    {"ellipse95_semiaxis_minor", "cm", "its short half axis", "cop.ellipse.minor"},
    {"ellipse_angle1_AP_ML_order", "deg",
     "angle of a column of the decomposition, not the angle of an axis as one would draw it",
     "cop.ellipse.angle"},
    {"path_length_raw", "cm", "length of the path", "cop.path.length"},
    {"mean_speed_resultant", "cm/s", "path over duration", "cop.velocity.mean"},
    {"sd_ddof0_*", "cm", "standard deviation of the position along the axis, over n", "cop.rms.*"},
    {"rms_*", "cm", "the same number as sd_ddof0: the trial is centred before", "cop.rms.*"},
    {"range_*", "cm", "largest minus smallest position along the axis", "cop.range.*"},
    {"mean_speed_*", "cm/s", "path along the axis over duration", "cop.velocity.mean.*"},
    {"psd_f50_*", "Hz", "half of the power lies below " SPECTRUM, "cop.psd.f50.*"},
    {"psd_f80_*", "Hz", "80 % of the power lies below " SPECTRUM, ""},
    {"psd_f95_*", "Hz", "95 % of the power lies below " SPECTRUM, "cop.psd.f95.*"},
    {"psd_mean_freq_*", "Hz", "mean frequency weighted by power " SPECTRUM, "cop.frequency.mean"},
    {"psd_peak_freq_*", "Hz", "highest bin " SPECTRUM, "cop.psd.mode.*"},
    {"psd_total_power_*", "cm^2", "area " SPECTRUM, "cop.psd.power.*"},
    {"cogv_rms_*", "cm",
     "standard deviation of the centre of gravity, from the centre of pressure and the height "
     "of a pendulum",
     "cop.cog.rms.*"},
    {"cop_minus_cogv_rms_*", "cm",
     "standard deviation of the distance between centre of pressure and centre of gravity",
     "cop.cog.difference.*"},
    {"psd_mean_freq_resultant", "Hz",
     "mean frequency of both axes, weighted by the sum of their bins", "cop.frequency.mean"},
    {"load_right_percent_mean", "%", "mean share of the weight on the right plate", ""},
    {"load_right_percent_sd", "%", "standard deviation of that share, over n", ""},
    {"published_COParea", "cm^2", "ellipse95_area under the name of the published table",
     "cop.ellipse.area"},
    {"published_COPvelo", "cm/s", "mean_speed_resultant under the name of the published table",
     "cop.velocity.mean"},
    {"published_COPmfreq", "Hz", "psd_mean_freq_resultant under the name of the published table",
     "cop.frequency.mean"},
};

enum { CODE_MAX = 96 };

/* The pattern with its "*" replaced. */
static void fill(const char *pattern, const char *axis, char code[CODE_MAX]) {
    const char *star = strchr(pattern, '*');
    int before = star != NULL ? (int)(star - pattern) : (int)strlen(pattern);
    snprintf(code, CODE_MAX, "%.*s%s%s", before, pattern, star != NULL ? axis : "",
             star != NULL ? star + 1 : "");
}

static size_t rows_of(eg_balance_profile profile, const peer_row **rows) {
    *rows = profile == EG_BALANCE_DUARTE ? duarte : quijoux;
    if (profile == EG_BALANCE_DUARTE) return sizeof duarte / sizeof duarte[0];
    return profile == EG_BALANCE_QUIJOUX2021 ? sizeof quijoux / sizeof quijoux[0] : 0;
}

/* The row of a peer's name and its axis: "ML", "AP" or "". */
static const peer_row *find_row(eg_balance_profile profile, const char *code, const char **axis) {
    static const char *const axes[] = {"ML", "AP"};
    const peer_row *rows;
    size_t n = rows_of(profile, &rows);
    for (size_t i = 0; i < n; i++) {
        int has_axes = strchr(rows[i].code, '*') != NULL;
        for (int k = 0; k < 1 + has_axes; k++) {
            char own[CODE_MAX];
            *axis = has_axes ? axes[k] : "";
            fill(rows[i].code, *axis, own);
            if (strcmp(own, code) == 0) return &rows[i];
        }
    }
    return NULL;
}

static void print_peer(const peer_row *row, const char *code, const char *axis,
                       eg_balance_profile profile, bool as_json) {
    const char *source = profile == EG_BALANCE_DUARTE ? duarte_source : quijoux_source;
    const char *direction = strcmp(axis, "ML") == 0   ? "to the right"
                            : strcmp(axis, "AP") == 0 ? "to the front"
                                                      : "both axes";
    char own[CODE_MAX];
    fill(row->own, strcmp(axis, "ML") == 0 ? "ml" : "ap", own);
    if (as_json) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_file, stdout);
        eg_json_begin_object(&json);
        eg_json_member_string(&json, "code", code);
        eg_json_member_string(&json, "profile", eg_balance_profile_name(profile));
        eg_json_member_string(&json, "unit", row->unit);
        eg_json_member_string(&json, "axis", direction);
        eg_json_member_string(&json, "definition", row->definition);
        eg_json_member_string(&json, "source", source);
        if (own[0] != '\0') eg_json_member_string(&json, "nearest", own);
        eg_json_end_object(&json);
        if (eg_json_finish(&json) == EG_OK) putchar('\n');
        return;
    }
    printf("%s (profile %s)\n  unit        %s\n  axis        %s\n  definition  %s\n"
           "  source      %s\n",
           code, eg_balance_profile_name(profile), row->unit, direction, row->definition, source);
    if (own[0] != '\0') printf("  nearest     %s of ours (--explain %s)\n", own, own);
}

static void print_own(const eg_measure_def *def, bool as_json) {
    const char *better = def->better == EG_BETTER_LOWER    ? "lower"
                         : def->better == EG_BETTER_HIGHER ? "higher"
                                                           : "neither";
    bool is_extra = eg_balance_measure_is_extra(def->code);
    if (as_json) {
        const char *const members[][2] = {
            {"code", def->code},       {"profile", "engram"},  {"name", def->name},
            {"unit", def->unit},       {"better", better},     {"definition", def->definition},
            {"formula", def->formula}, {"source", def->source}};
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_file, stdout);
        eg_json_begin_object(&json);
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            eg_json_member_string(&json, members[i][0], members[i][1]);
        eg_json_member_boolean(&json, "extra", is_extra);
        eg_json_end_object(&json);
        if (eg_json_finish(&json) == EG_OK) putchar('\n');
        return;
    }
    printf("%s (%s)\n  unit        %s\n  better      %s\n  definition  %s\n  formula     %s\n"
           "  source      %s\n",
           def->name, def->code, def->unit, better, def->definition, def->formula, def->source);
    if (is_extra) printf("  shown       only with --all: it repeats poorly or costs much\n");
}

int explain_measure(const char *code, eg_balance_profile profile, bool as_json) {
    const char *axis = "";
    const peer_row *row = find_row(profile, code, &axis);
    const eg_measure_def *def = eg_task_describe(code);
    if (row != NULL) {
        print_peer(row, code, axis, profile, as_json);
        return 0;
    }
    if (def != NULL) {
        print_own(def, as_json);
        return 0;
    }
    fprintf(stderr, "engram measure: profile %s has no measure \"%s\"; there are:\n",
            eg_balance_profile_name(profile), code);
    const peer_row *rows;
    size_t n = rows_of(profile, &rows);
    for (size_t i = 0; i < n; i++) {
        char first[CODE_MAX], second[CODE_MAX];
        fill(rows[i].code, "ML", first);
        fill(rows[i].code, "AP", second);
        fprintf(stderr, "  %s\n", first);
        if (strcmp(first, second) != 0) fprintf(stderr, "  %s\n", second);
    }
    for (size_t i = 0; n == 0 && i < eg_balance_measures.count; i++)
        fprintf(stderr, "  %s\n", eg_balance_measures.rows[i].code);
    for (size_t i = 0; n == 0 && i < eg_task_measures.count; i++)
        fprintf(stderr, "  %s\n", eg_task_measures.rows[i].code);
    return 2;
}
