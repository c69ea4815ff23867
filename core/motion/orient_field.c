/* The heading, and which magnetic field it may trust. */
#include "core/motion/orient_part.h"

static const double rad_per_deg = EG_PI / 180.0;

static double gain(double tau_s, double step_s) {
    return -eg_expm1(-step_s / tau_s);
}

void eg_orient_field_init(eg_orient *o) {
    o->heading_k = gain(o->tuning.heading_s, o->step_s);
    o->reference_k = gain(EG_ORIENT_FIELD_REFERENCE_S, o->step_s);
    o->field = (eg_orient_field){.new_norm = -1.0, .is_disturbed = 1};
}

static int alike(double part, double norm, double dip, double ref_norm, double ref_dip) {
    return fabs(norm - ref_norm) < part * ref_norm &&
           fabs(dip - ref_dip) < EG_ORIENT_FIELD_DIP_DEG * rad_per_deg;
}

/* The arc sine of a field's slope, by the polynomial of Abramowitz & Stegun 4.4.46: 2e-8 rad are
 * far below what a dip is compared with, and it is needed at every step. */
static double dip_of(double sine) {
    static const double c[] = {1.5707963050, -0.2145988016, 0.0889789874, -0.0501743046,
                               0.0308918810, -0.0170881256, 0.0066700901, -0.0012624911};
    double x = fmin(fabs(sine), 1.0), sum = c[7];
    for (int i = 6; i >= 0; i--) sum = sum * x + c[i];
    return copysign(0.5 * EG_PI - sqrt(1.0 - x) * sum, sine);
}

static void judge_field(eg_orient *o, const double mag[3]) {
    eg_orient_field *f = &o->field;
    double length = sqrt(mag[0] * mag[0] + mag[1] * mag[1] + mag[2] * mag[2]);
    double norm = eg_orient_lowpass_step(&o->field_now, &f->norm, f->n, length);
    double dip = eg_orient_lowpass_step(&o->field_now, &f->dip, f->n, dip_of(-mag[2] / length));
    f->n++;
    if (alike(o->tuning.field_norm, norm, dip, f->ref_norm, f->ref_dip)) {
        f->undisturbed_s += o->step_s;
        if (f->undisturbed_s >= EG_ORIENT_FIELD_SETTLE_S) {
            f->is_disturbed = 0;
            f->ref_norm += o->reference_k * (norm - f->ref_norm);
            f->ref_dip += o->reference_k * (dip - f->ref_dip);
        }
    } else {
        f->undisturbed_s = 0.0;
        f->is_disturbed = 1;
    }
    if (!alike(o->tuning.field_norm, norm, dip, f->new_norm, f->new_dip)) {
        f->new_s = 0.0;
        f->new_norm = norm;
        f->new_dip = dip;
        return;
    }
    const eg_orient_smooth *g = o->rest.gyr;
    double moving = EG_ORIENT_FIELD_RATE_DEG_S * rad_per_deg;
    if (g[0].y * g[0].y + g[1].y * g[1].y + g[2].y * g[2].y >= moving * moving)
        f->new_s += o->step_s;
    f->new_norm += o->reference_k * (norm - f->new_norm);
    f->new_dip += o->reference_k * (dip - f->new_dip);
    if (f->is_disturbed && (f->new_s >= EG_ORIENT_FIELD_NEW_S ||
                            (!(f->ref_norm > 0.0) && f->new_s >= EG_ORIENT_FIELD_FIRST_S))) {
        f->ref_norm = f->new_norm;
        f->ref_dip = f->new_dip;
        f->is_disturbed = 0;
        f->undisturbed_s = EG_ORIENT_FIELD_SETTLE_S;
    }
}

/* From the heading to the field's, rad: by the series where it is small, as it nearly always is. */
static double away_from(eg_quaternion heading, const double mag[3]) {
    double sine = 2.0 * heading.w * heading.z;
    double cosine = heading.w * heading.w - heading.z * heading.z;
    double across = mag[0] * cosine - mag[1] * sine, along = mag[0] * sine + mag[1] * cosine;
    if (!(fabs(across) < 0.1 * along)) return eg_atan2(across, along);
    double t = across / along, s = t * t;
    return t * (1.0 - s * (1.0 / 3 - s * (1.0 / 5 - s * (1.0 / 7 - s * (1.0 / 9 - s / 11)))));
}

static void keep_start(eg_orient_field *f, const double mag[3], double turn[3][3]) {
    for (int i = 0; i < 3; i++) {
        f->start[i] = mag[i];
        for (int k = 0; k < 3; k++) f->start_turn[i][k] = turn[i][k];
    }
    f->has_start = 1;
}

/* How little a field's norm and its part along the vertical resemble the earth's. */
static double unlike(const double mag[3], const double earth[3]) {
    double a = sqrt(mag[0] * mag[0] + mag[1] * mag[1] + mag[2] * mag[2]);
    double b = sqrt(earth[0] * earth[0] + earth[1] * earth[1] + earth[2] * earth[2]);
    return (a - b) * (a - b) + (mag[2] - earth[2]) * (mag[2] - earth[2]);
}

/* A magnet has just been recognised. If the very first field fits better without it, it was there
 * from the beginning, and the heading has been learned from a bent field. */
static int began_with_magnet(eg_orient *o) {
    eg_orient_field *f = &o->field;
    double without[3];
    eg_quaternion_apply(f->start_turn, o->magnet.x + 3, without);
    for (int i = 0; i < 3; i++) without[i] = f->start[i] - without[i];
    return unlike(without, o->magnet.x) < unlike(f->start, o->magnet.x);
}

/* The field that was told from the magnet's is the mean of all the motion up to now. */
static void restart_heading(eg_orient *o) {
    eg_orient_field *f = &o->field;
    const double *earth = o->magnet.x;
    double norm = sqrt(earth[0] * earth[0] + earth[1] * earth[1] + earth[2] * earth[2]);
    if (!(norm > 0.0)) return;
    f->ref_norm = norm;
    f->ref_dip = eg_asin(fmin(fmax(-earth[2] / f->ref_norm, -1.0), 1.0));
    f->is_disturbed = 0;
    f->undisturbed_s = EG_ORIENT_FIELD_SETTLE_S;
    o->heading = eg_quaternion_heading(eg_atan2(earth[0], earth[1]));
}

void eg_orient_field_step(eg_orient *o, const double mag[3], double turn[3][3]) {
    eg_orient_field *f = &o->field;
    double m[3] = {mag[0], mag[1], mag[2]};
    int was_there = o->magnet.is_there;
    if (!o->field.has_start) keep_start(&o->field, mag, turn);
    eg_orient_magnet_step(&o->magnet, o->step_s, mag, turn);
    if (o->magnet.is_there && !was_there && began_with_magnet(o)) restart_heading(o);
    if (o->magnet.is_there) {
        double offset[3];
        eg_quaternion_apply(turn, o->magnet.x + 3, offset);
        for (int i = 0; i < 3; i++) m[i] -= offset[i];
    }
    if (!(m[0] * m[0] + m[1] * m[1] + m[2] * m[2] > 0.0)) return;
    judge_field(o, m);
    double away = away_from(o->heading, m);
    double k = o->heading_k;
    if (!f->is_disturbed) {
        f->rejected_s = fmax(f->rejected_s - EG_ORIENT_FIELD_FACTOR * o->step_s, 0.0);
    } else if (f->rejected_s <= EG_ORIENT_FIELD_REJECT_S) {
        f->rejected_s += o->step_s;
        k = 0.0;
    } else {
        k /= EG_ORIENT_FIELD_FACTOR;
    }
    if (o->heading_s < EG_ORIENT_START_S) {
        k = fmax(k, o->step_s / (o->heading_s + o->step_s));
        o->heading_s += o->step_s;
    }
    eg_quaternion turn_north = eg_quaternion_turn(0.0, 0.0, k * away);
    o->heading = eg_quaternion_tidied(eg_quaternion_product(turn_north, o->heading));
}
