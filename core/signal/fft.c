#include "core/signal/fft.h"

#include "core/base/check.h"

enum { RADIX_MAX = 13 };

static eg_complex add(eg_complex a, eg_complex b) {
    return (eg_complex){a.re + b.re, a.im + b.im};
}

static eg_complex subtract(eg_complex a, eg_complex b) {
    return (eg_complex){a.re - b.re, a.im - b.im};
}

static eg_complex multiply(eg_complex a, eg_complex b) {
    return (eg_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static eg_complex scale(eg_complex a, eg_real factor) {
    return (eg_complex){a.re * factor, a.im * factor};
}

static eg_complex conjugate(eg_complex a) {
    return (eg_complex){a.re, -a.im};
}

/* a times -i. */
static eg_complex quarter_back(eg_complex a) {
    return (eg_complex){a.im, -a.re};
}

static eg_complex turn(uint64_t k, uint64_t n) {
    double sine, cosine;
    eg_turn(k, n, &sine, &cosine);
    return (eg_complex){(eg_real)cosine, (eg_real)-sine};
}

/* table[k] = exp(-2 pi i k / n) for k < count; symmetries save most of the sines. */
static void fill_turns(size_t n, size_t count, eg_complex *table) {
    size_t quarter = n % 4 == 0 ? n / 4 : n;
    for (size_t k = 0; k < count; k++) {
        if (k >= quarter) {
            table[k] = quarter_back(table[k - quarter]);
        } else if (quarter < n && 2 * k > quarter) {
            eg_complex other = table[quarter - k];
            table[k] = (eg_complex){-other.im, -other.re};
        } else if (quarter == n && 2 * k > n) {
            table[k] = conjugate(table[n - k]);
        } else {
            table[k] = turn(k, n);
        }
    }
}

/* Fours first, then 2, 3, 5, ... 13; returns what is left over (1 if nothing is). */
static size_t factorize(size_t n, eg_fft_plan *plan) {
    static const unsigned radices[] = {4, 2, 3, 5, 7, 11, 13};
    size_t count = 0;
    for (size_t i = 0; i < sizeof radices / sizeof radices[0]; i++)
        while (n % radices[i] == 0) {
            n /= radices[i];
            EG_ASSERT(count < EG_FFT_FACTORS_MAX);
            plan->factors[count++] = radices[i];
        }
    plan->n_factors = count;
    return n;
}

/* The length computed for n: n itself, or a multiple of 4 without factors above 5 that holds the
 * convolution of Bluestein's algorithm. */
static size_t padded_length(size_t n) {
    eg_fft_plan trial;
    if (factorize(n, &trial) == 1) return n;
    size_t m = (2 * n - 1 + 3) / 4 * 4;
    for (;; m += 4) {
        size_t rest = m;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1) return m;
    }
}

static size_t rounded_up(size_t bytes) {
    return (bytes + 15) / 16 * 16;
}

static size_t plan_size(size_t n) {
    size_t padded = padded_length(n);
    size_t size = 3 * rounded_up(padded * sizeof(eg_complex)) + 32;
    if (padded != n)
        size += rounded_up(n * sizeof(eg_complex)) + rounded_up(padded * sizeof(eg_complex));
    return size;
}

size_t eg_fft_size(size_t n) {
    if (n == 0 || n > EG_FFT_LENGTH_MAX) return 0;
    size_t length = n % 2 == 0 ? n / 2 : n;
    return plan_size(length) + rounded_up((n / 4 + 1) * sizeof(eg_complex)) +
           rounded_up(2 * length * sizeof(eg_complex)) + 32;
}

/* One pass of Stockham's algorithm (decimation in frequency): `m` groups of `radix` elements that
 * lie m stride apart, each group repeated for `stride` neighbours. */
typedef struct pass {
    size_t m, stride;
    const eg_complex *turns; /* of the whole length */
    const eg_complex *x;
    eg_complex *y;
} pass;

static void pass_2(const pass *s) {
    for (size_t p = 0; p < s->m; p++) {
        eg_complex w = s->turns[p * s->stride];
        const eg_complex *x = s->x + s->stride * p;
        eg_complex *y = s->y + s->stride * 2 * p;
        for (size_t q = 0; q < s->stride; q++) {
            eg_complex a = x[q], b = x[q + s->stride * s->m];
            y[q] = add(a, b);
            y[q + s->stride] = multiply(subtract(a, b), w);
        }
    }
}

static void pass_3(const pass *s) {
    const eg_real half_root = (eg_real)0.86602540378443864676;
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        eg_complex w1 = s->turns[p * s->stride], w2 = s->turns[2 * p * s->stride];
        const eg_complex *x = s->x + s->stride * p;
        eg_complex *y = s->y + s->stride * 3 * p;
        for (size_t q = 0; q < s->stride; q++) {
            eg_complex a = x[q], b = x[q + far], c = x[q + 2 * far];
            eg_complex sum = add(b, c), middle = subtract(a, scale(sum, (eg_real)0.5));
            eg_complex side = quarter_back(scale(subtract(b, c), half_root));
            y[q] = add(a, sum);
            y[q + s->stride] = multiply(add(middle, side), w1);
            y[q + 2 * s->stride] = multiply(subtract(middle, side), w2);
        }
    }
}

static void pass_4(const pass *s) {
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        eg_complex w1 = s->turns[p * s->stride], w2 = s->turns[2 * p * s->stride],
                   w3 = s->turns[3 * p * s->stride];
        const eg_complex *x = s->x + s->stride * p;
        eg_complex *y = s->y + s->stride * 4 * p;
        for (size_t q = 0; q < s->stride; q++) {
            eg_complex a = x[q], b = x[q + far], c = x[q + 2 * far], d = x[q + 3 * far];
            eg_complex even = add(a, c), odd = add(b, d), less = subtract(a, c);
            eg_complex side = quarter_back(subtract(b, d));
            y[q] = add(even, odd);
            y[q + s->stride] = multiply(add(less, side), w1);
            y[q + 2 * s->stride] = multiply(subtract(even, odd), w2);
            y[q + 3 * s->stride] = multiply(subtract(less, side), w3);
        }
    }
}

static void pass_5(const pass *s) {
    const eg_real c1 = (eg_real)0.30901699437494742410, c2 = (eg_real)-0.80901699437494742410;
    const eg_real s1 = (eg_real)0.95105651629515357212, s2 = (eg_real)0.58778525229247312917;
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        const eg_complex *x = s->x + s->stride * p;
        eg_complex *y = s->y + s->stride * 5 * p;
        for (size_t q = 0; q < s->stride; q++) {
            eg_complex a = x[q];
            eg_complex sum1 = add(x[q + far], x[q + 4 * far]);
            eg_complex sum2 = add(x[q + 2 * far], x[q + 3 * far]);
            eg_complex less1 = subtract(x[q + far], x[q + 4 * far]);
            eg_complex less2 = subtract(x[q + 2 * far], x[q + 3 * far]);
            eg_complex middle1 = add(a, add(scale(sum1, c1), scale(sum2, c2)));
            eg_complex middle2 = add(a, add(scale(sum1, c2), scale(sum2, c1)));
            eg_complex side1 = quarter_back(add(scale(less1, s1), scale(less2, s2)));
            eg_complex side2 = quarter_back(subtract(scale(less1, s2), scale(less2, s1)));
            const eg_complex *w = s->turns;
            const size_t step = p * s->stride;
            y[q] = add(a, add(sum1, sum2));
            y[q + s->stride] = multiply(add(middle1, side1), w[step]);
            y[q + 2 * s->stride] = multiply(add(middle2, side2), w[2 * step]);
            y[q + 3 * s->stride] = multiply(subtract(middle2, side2), w[3 * step]);
            y[q + 4 * s->stride] = multiply(subtract(middle1, side1), w[4 * step]);
        }
    }
}

/* Any radix up to RADIX_MAX, by definition. */
static void pass_any(const pass *s, unsigned radix) {
    const size_t far = s->stride * s->m; /* n / radix */
    for (size_t p = 0; p < s->m; p++)
        for (size_t q = 0; q < s->stride; q++) {
            const eg_complex *x = s->x + s->stride * p + q;
            eg_complex *y = s->y + s->stride * radix * p + q;
            for (unsigned k = 0; k < radix; k++) {
                eg_complex sum = x[0];
                for (unsigned j = 1; j < radix; j++)
                    sum = add(sum, multiply(x[j * far], s->turns[j * k % radix * far]));
                y[k * s->stride] = multiply(sum, s->turns[p * k * s->stride]);
            }
        }
}

/* Transforms plan->n_padded elements; results move between `first` and `second`, the last one is
 * returned. `in` may be `second`. */
static eg_complex *transform(const eg_fft_plan *plan, const eg_complex *in, eg_complex *first,
                             eg_complex *second) {
    pass s = {plan->n_padded, 1, plan->turns, in, first};
    if (plan->n_factors == 0) first[0] = in[0];
    for (size_t i = 0; i < plan->n_factors; i++) {
        unsigned radix = plan->factors[i];
        s.m /= radix;
        switch (radix) {
        case 2:
            pass_2(&s);
            break;
        case 3:
            pass_3(&s);
            break;
        case 4:
            pass_4(&s);
            break;
        case 5:
            pass_5(&s);
            break;
        default:
            pass_any(&s, radix);
            break;
        }
        s.stride *= radix;
        s.x = s.y;
        s.y = s.y == first ? second : first;
    }
    return plan->n_factors % 2 == 0 && plan->n_factors > 0 ? second : first;
}

/* Bluestein (1970): k i = (k^2 + i^2 - (k - i)^2) / 2 makes the transform a convolution with a
 * chirp, for which a length with small factors can be chosen. */
static void prepare_chirp(eg_fft_plan *plan, eg_complex *chirp, eg_complex *filter) {
    size_t n = plan->n, m = plan->n_padded;
    for (size_t k = 0; k < n; k++) {
        if (2 * k > n) { /* chirp(n - k) = chirp(k) times exp(-pi i n) */
            chirp[k] = n % 2 == 0 ? chirp[n - k] : scale(chirp[n - k], (eg_real)-1);
        } else {
            chirp[k] = turn((uint64_t)k * k % (2 * n), 2 * n);
        }
    }
    eg_complex *spread = plan->work;
    for (size_t i = 0; i < m; i++) spread[i] = (eg_complex){0};
    for (size_t k = 0; k < n; k++) {
        spread[k] = conjugate(chirp[k]);
        if (k > 0) spread[m - k] = spread[k];
    }
    eg_complex *result = transform(plan, spread, plan->work + m, plan->work);
    for (size_t i = 0; i < m; i++) filter[i] = scale(result[i], (eg_real)1 / (eg_real)m);
    plan->chirp = chirp;
    plan->filter = filter;
}

eg_err eg_fft_plan_init(eg_fft_plan *plan, size_t n, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(plan != NULL && arena != NULL);
    if (n == 0 || n > EG_FFT_LENGTH_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a transform of %zu samples is outside 1 ... %d", n, EG_FFT_LENGTH_MAX);
    size_t m = padded_length(n);
    *plan = (eg_fft_plan){.n = n, .n_padded = m};
    (void)factorize(m, plan);
    eg_complex *turns = eg_arena_take(arena, m, sizeof *turns);
    plan->work = eg_arena_take(arena, 2 * m, sizeof *plan->work);
    eg_complex *chirp = m == n ? NULL : eg_arena_take(arena, n, sizeof *chirp);
    eg_complex *filter = m == n ? NULL : eg_arena_take(arena, m, sizeof *filter);
    if (turns == NULL || plan->work == NULL || (m != n && (chirp == NULL || filter == NULL)))
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to transform %zu samples", n);
    fill_turns(m, m, turns);
    plan->turns = turns;
    if (m != n) prepare_chirp(plan, chirp, filter);
    return EG_OK;
}

static void run_chirp(eg_fft_plan *plan, const eg_complex *in, eg_complex *out) {
    size_t n = plan->n, m = plan->n_padded;
    eg_complex *a = plan->work, *b = plan->work + m;
    for (size_t i = 0; i < n; i++) a[i] = multiply(in[i], plan->chirp[i]);
    for (size_t i = n; i < m; i++) a[i] = (eg_complex){0};
    eg_complex *spectrum = transform(plan, a, b, a);
    /* The inverse transform is the forward one between two conjugations. */
    for (size_t i = 0; i < m; i++) spectrum[i] = conjugate(multiply(spectrum[i], plan->filter[i]));
    eg_complex *result = transform(plan, spectrum, spectrum == a ? b : a, spectrum);
    for (size_t i = 0; i < n; i++) out[i] = multiply(conjugate(result[i]), plan->chirp[i]);
}

void eg_fft_plan_run(eg_fft_plan *plan, const eg_complex *in, eg_complex *out) {
    EG_ASSERT(in != out && plan->n > 0);
    if (plan->chirp != NULL) {
        run_chirp(plan, in, out);
        return;
    }
    int ends_in_first = plan->n_factors % 2 == 1 || plan->n_factors == 0;
    eg_complex *result =
        ends_in_first ? transform(plan, in, out, plan->work) : transform(plan, in, plan->work, out);
    EG_ASSERT(result == out);
}

eg_err eg_fft_init(eg_fft *fft, size_t n, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(fft != NULL);
    *fft = (eg_fft){.n = n};
    eg_err code = eg_fft_plan_init(&fft->plan, n % 2 == 0 ? n / 2 : n, arena, diag);
    if (code != EG_OK) return code;
    eg_complex *turns = eg_arena_take(arena, n / 4 + 1, sizeof *turns);
    fft->packed = eg_arena_take(arena, 2 * fft->plan.n, sizeof *fft->packed);
    if (turns == NULL || fft->packed == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to transform %zu samples", n);
    if (n % 2 == 0) fill_turns(n, n / 4 + 1, turns);
    fft->turns = turns;
    return EG_OK;
}

void eg_fft_forward(eg_fft *fft, const eg_real *x, eg_complex *spectrum) {
    size_t m = fft->plan.n;
    eg_complex *packed = fft->packed;
    if (fft->n % 2 == 1) {
        for (size_t i = 0; i < m; i++) packed[i] = (eg_complex){x[i], 0};
        eg_fft_plan_run(&fft->plan, packed, packed + m);
        for (size_t k = 0; k <= m / 2; k++) spectrum[k] = packed[m + k];
        spectrum[0].im = 0;
        return;
    }
    /* Even and odd samples as real and imaginary parts of a transform of half the length. */
    for (size_t i = 0; i < m; i++) packed[i] = (eg_complex){x[2 * i], x[2 * i + 1]};
    eg_fft_plan_run(&fft->plan, packed, spectrum);
    eg_complex zero = spectrum[0];
    spectrum[0] = (eg_complex){zero.re + zero.im, 0};
    spectrum[m] = (eg_complex){zero.re - zero.im, 0};
    for (size_t k = 1; 2 * k <= m; k++) {
        eg_complex a = spectrum[k], b = conjugate(spectrum[m - k]);
        eg_complex even = scale(add(a, b), (eg_real)0.5);
        eg_complex odd = quarter_back(scale(subtract(a, b), (eg_real)0.5));
        eg_complex turned = multiply(odd, fft->turns[k]);
        spectrum[k] = add(even, turned);
        spectrum[m - k] = conjugate(subtract(even, turned));
    }
}

void eg_fft_inverse(eg_fft *fft, const eg_complex *spectrum, eg_real *x) {
    size_t m = fft->plan.n;
    eg_complex *packed = fft->packed;
    eg_real unit = (eg_real)1 / (eg_real)m;
    if (fft->n % 2 == 1) {
        packed[0] = (eg_complex){spectrum[0].re, 0};
        for (size_t k = 1; k <= m / 2; k++) {
            packed[k] = conjugate(spectrum[k]);
            packed[m - k] = spectrum[k];
        }
        eg_fft_plan_run(&fft->plan, packed, packed + m);
        for (size_t i = 0; i < m; i++) x[i] = packed[m + i].re * unit;
        return;
    }
    for (size_t k = 0; 2 * k <= m; k++) {
        eg_complex a = spectrum[k], b = conjugate(spectrum[m - k]);
        if (k == 0) a.im = b.im = 0;
        eg_complex even = scale(add(a, b), (eg_real)0.5);
        eg_complex turned = scale(subtract(a, b), (eg_real)0.5);
        eg_complex odd = multiply(turned, conjugate(fft->turns[k]));
        /* even + i odd, and its partner; conjugated for the inverse by a forward transform. */
        packed[k] = conjugate((eg_complex){even.re - odd.im, even.im + odd.re});
        if (k > 0) packed[m - k] = (eg_complex){even.re + odd.im, even.im - odd.re};
    }
    eg_fft_plan_run(&fft->plan, packed, packed + m);
    for (size_t i = 0; i < m; i++) {
        x[2 * i] = packed[m + i].re * unit;
        x[2 * i + 1] = -packed[m + i].im * unit;
    }
}
