/* Random numbers, sorting, byte buffers, geometry, smoothing and resampling. */
#include <math.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "tests/support/test.h"

/* Known answers of the Random123 library's kat_vectors for philox4x32-10. */
static void random_known_answers(void) {
    static const uint32_t cases[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        eg_random_philox(cases[i], cases[i] + 4, out);
        for (int k = 0; k < 4; k++) EG_CHECK_INT(out[k], cases[i][6 + k]);
    }
    eg_test_note("3 vectors");
}

static void random_is_spread_evenly(void) {
    enum { COUNT = 200000 };
    eg_random random, other;
    eg_random_init(&random, 1, 2);
    eg_random_init(&other, 1, 3);
    double sum = 0.0, square = 0.0, cube = 0.0, product = 0.0, largest = 0.0;
    for (int i = 0; i < COUNT; i++) {
        double z = eg_random_normal(&random), w = eg_random_normal(&other);
        sum += z, square += z * z, cube += z * z * z, product += z * w;
        largest = fmax(largest, fabs(z));
    }
    EG_CHECK_NEAR(sum / COUNT, 0.0, 0.01);
    EG_CHECK_NEAR(square / COUNT, 1.0, 0.02);
    EG_CHECK_NEAR(cube / COUNT, 0.0, 0.04);
    EG_CHECK_NEAR(product / COUNT, 0.0, 0.01);
    EG_CHECK(largest > 3.5 && largest < 6.5);
    int bins[10] = {0};
    for (int i = 0; i < COUNT; i++) bins[(int)(10.0 * eg_random_uniform(&random))]++;
    double chi = 0.0;
    for (int i = 0; i < 10; i++) chi += pow(bins[i] - COUNT / 10, 2) / (COUNT / 10);
    EG_CHECK(chi < 27.9); /* 0.1 % of chi-squared with 9 degrees of freedom */
    for (int i = 0; i < 1000; i++) EG_CHECK(eg_random_below(&random, 3) < 3);
    eg_test_note("%d deviates, chi-squared %.1f", COUNT, chi);
}

static void random_repeats(void) {
    eg_random a, b;
    eg_random_init(&a, 99, 7);
    eg_random_init(&b, 99, 7);
    for (int i = 0; i < 101; i++) EG_CHECK_INT(eg_random_next(&a), eg_random_next(&b));
    eg_random_init(&b, 99, 8);
    EG_CHECK(eg_random_next(&a) != eg_random_next(&b));
}

static void sorting_is_stable_at_every_length(void) {
    enum { MOST = 700 };
    static double values[MOST], sorted[MOST], scratch[MOST];
    static size_t index[MOST], spare[MOST];
    eg_random random;
    eg_random_init(&random, 4, 4);
    for (size_t n = 0; n <= MOST; n += n < 60 ? 1 : 37) {
        for (size_t i = 0; i < n; i++) {
            values[i] = eg_random_below(&random, 20);
            if (eg_random_below(&random, 30) == 0) values[i] = (double)NAN;
            sorted[i] = values[i];
        }
        eg_sort(n, sorted, scratch);
        eg_sort_index(n, values, index, spare);
        for (size_t i = 0; i < n; i++) EG_CHECK_NEAR(sorted[i], values[index[i]], 0.0);
        for (size_t i = 1; i < n; i++) {
            double a = values[index[i - 1]], b = values[index[i]];
            EG_CHECK(a < b || isnan(b) || a == b);
            EG_CHECK(!isnan(a) || isnan(b));
            if (a == b || (isnan(a) && isnan(b))) EG_CHECK(index[i - 1] < index[i]);
        }
    }
}

static void quantiles_are_between_neighbours(void) {
    const double sorted[5] = {1.0, 2.0, 4.0, 8.0, 16.0};
    EG_CHECK_NEAR(eg_sort_quantile(5, sorted, 0.0), 1.0, 0.0);
    EG_CHECK_NEAR(eg_sort_quantile(5, sorted, 0.5), 4.0, 0.0);
    EG_CHECK_NEAR(eg_sort_quantile(5, sorted, 0.95), 14.4, 1e-13); /* numpy.quantile */
    EG_CHECK_NEAR(eg_sort_quantile(5, sorted, 1.0), 16.0, 0.0);
    EG_CHECK(isnan(eg_sort_quantile(0, sorted, 0.5)));
}

static void bytes_are_read_as_written(void) {
    unsigned char memory[64];
    eg_writer writer;
    eg_writer_init(&writer, memory, sizeof memory);
    eg_writer_u8(&writer, 0xfe);
    eg_writer_u16le(&writer, 0x1234);
    eg_writer_u32be(&writer, 0xdeadbeef);
    eg_writer_u64le(&writer, 0x0102030405060708);
    eg_writer_f32le(&writer, -1.5F);
    eg_writer_f64le(&writer, 1e-310);
    EG_CHECK_INT(writer.at, 27);
    EG_CHECK(memory[1] == 0x34 && memory[3] == 0xde && memory[7] == 0x08);
    eg_reader reader;
    eg_reader_init(&reader, memory, writer.at);
    EG_CHECK_INT(eg_reader_u8(&reader), 0xfe);
    EG_CHECK_INT(eg_reader_u16le(&reader), 0x1234);
    EG_CHECK_INT(eg_reader_i32be(&reader), (int32_t)0xdeadbeef);
    EG_CHECK_INT(eg_reader_u64le(&reader), 0x0102030405060708);
    EG_CHECK_NEAR((double)eg_reader_f32le(&reader), -1.5, 0.0);
    EG_CHECK_NEAR(eg_reader_f64le(&reader), 1e-310, 0.0);
    EG_CHECK(eg_reader_left(&reader) == 0 && !reader.failed);
    const unsigned char negative[3] = {0xff, 0xff, 0xff};
    eg_reader_init(&reader, negative, 3);
    EG_CHECK_INT(eg_reader_i24le(&reader), -1);
}

static void bytes_never_pass_the_end(void) {
    unsigned char memory[5] = {1, 2, 3, 4, 5};
    eg_reader reader;
    eg_reader_init(&reader, memory, 3);
    EG_CHECK_INT(eg_reader_u32le(&reader), 0);
    EG_CHECK(reader.failed && reader.at == 0);
    EG_CHECK(eg_reader_take(&reader, SIZE_MAX) == NULL);
    eg_reader_init(&reader, memory, 3);
    eg_reader_seek(&reader, 4);
    EG_CHECK(reader.failed && reader.at == 0);
    eg_reader_skip(&reader, 3);
    EG_CHECK_INT(reader.at, 3);
    eg_writer writer;
    eg_writer_init(&writer, memory, 3);
    eg_writer_u16le(&writer, 7);
    eg_writer_u16le(&writer, 7);
    eg_writer_u8(&writer, 7); /* would fit, but what came before is missing */
    EG_CHECK(writer.failed && writer.at == 2 && memory[2] == 3 && memory[3] == 4);
}

EG_TESTS({"random: philox gives the published words", random_known_answers},
         {"random: uniform and normal deviates are spread as they should", random_is_spread_evenly},
         {"random: a stream repeats and others differ", random_repeats},
         {"sort: stable at every length, NaN last", sorting_is_stable_at_every_length},
         {"sort: quantiles lie between neighbours", quantiles_are_between_neighbours},
         {"bytes: numbers are read as they were written", bytes_are_read_as_written},
         {"bytes: nothing passes the end", bytes_never_pass_the_end})
