#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/metrics.h"

#define MS(n) ((int64_t)(n)*NS_PER_MS)

struct all {
	struct counter c;
	struct gauge g;
	struct histogram h;
};

enum {
	THREADS = 4,
	ROUNDS = 50000
};

static void *
update(void *arg)
{
	struct all *a = arg;

	for (int i = 0; i < ROUNDS; i++) {
		counter_add(&a->c, 3);
		gauge_add(&a->g, i % 2 ? 1 : -2);
		histogram_observe(&a->h, MS(i % 7));
	}
	return NULL;
}

START_TEST(no_update_is_lost)
{
	static struct all a;
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, update, &a), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(counter_get(&a.c), 3 * THREADS * ROUNDS);
	ck_assert_int_eq(gauge_get(&a.g), -(THREADS * ROUNDS) / 2);
	ck_assert_uint_eq(histogram_count(&a.h), THREADS * ROUNDS);
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	int64_t ns[4]; /* observed; -1 ends */
	double q;
	int64_t quantile;
} quantiles[] = {
	{ "nothing",                 { -1 },                     0.5, 0 },
	{ "half of the first",       { 0, MS(1), -1 },           0.5,
	  MS(1) / 2 },
	{ "a bound is inclusive",    { MS(1), -1 },              1, MS(1) },
	{ "just over a bound",       { MS(1) + 1, -1 },          1, MS(2) },
	{ "the middle of (20,30]",   { MS(25), MS(25), -1 },     0.5, MS(25) },
	{ "the median of three",     { MS(4), MS(40), MS(400), -1 }, 0.5,
	  MS(40) },
	{ "the lowest",              { MS(4), MS(40), -1 },      0, MS(3) },
	{ "above all",               { MS(900000), -1 },         0.5,
	  MS(600000) },
	{ "q too large",             { MS(40), -1 },             7, MS(50) },
	{ "q too small",             { MS(40), -1 },             -7, MS(30) },
	{ "the clock went wrong",    { -2, -1 },                 1, MS(1) },
};
/* clang-format on */

START_TEST(quantile_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		struct histogram h = { 0 };
		int64_t got;

		for (size_t k = 0; quantiles[i].ns[k] != -1; k++)
			histogram_observe(&h, quantiles[i].ns[k]);
		got = histogram_quantile(&h, quantiles[i].q);
		ck_assert_msg(got == quantiles[i].quantile, "%s: %ld",
		    quantiles[i].comment, (long)got);
	}
}
END_TEST

/*
 * Whatever is observed: quantiles do not fall as q grows, and each lies in
 * the bucket, that is within a factor of two, of the true one.
 */
START_TEST(quantiles_are_near_the_truth)
{
	enum {
		N = 1000
	};
	for (int round = 0; round < 50; round++) {
		struct histogram h = { 0 };
		int64_t last = 0, low = MS(5), step = MS(1 + round * 10);

		/* Evenly spread, so the true quantile is known. */
		for (int i = 0; i < N; i++)
			histogram_observe(&h, low + step * i / N);
		ck_assert_uint_eq(histogram_count(&h), N);
		for (int k = 0; k < 20; k++) {
			double q = k / 20.0;
			int64_t got = histogram_quantile(&h, q);
			int64_t truth = low + (int64_t)(q * (double)step);

			ck_assert_int_ge(got, last);
			ck_assert_int_ge(2 * got + 2, truth);
			ck_assert_int_le(got, 2 * truth);
			last = got;
		}
	}
}
END_TEST

START_TEST(exposition_text)
{
	struct buf b, labels;
	struct bufw w;

	buf_init(&b, 4096);
	buf_init(&labels, 4096);
	bufw_begin(&w, &b);
	prom_family(&w, "x_total", "counter", "Two\nlines, \\ and \".");
	prom_sample_uint(&w, "x_total", NULL, UINT64_MAX);
	ck_assert_int_eq(prom_label(&labels, "a", "plain"), 0);
	ck_assert_int_eq(prom_label(&labels, "b", "q\"b\\n\n"), 0);
	ck_assert_int_eq(prom_label(&labels, "c", ""), 0);
	prom_sample_int(&w, "y", labels.data, INT64_MIN);
	prom_sample_seconds(&w, "z", "", 1);
	ck_assert_int_eq(bufw_end(&w), 0);
	ck_assert_str_eq(b.data,
	    "# HELP x_total Two\\nlines, \\\\ and \".\n"
	    "# TYPE x_total counter\n"
	    "x_total 18446744073709551615\n"
	    "y{a=\"plain\",b=\"q\\\"b\\\\n\\n\",c=\"\"}"
	    " -9223372036854775808\n"
	    "z 0.000000001\n");
	buf_free(&b);
	buf_free(&labels);
}
END_TEST

START_TEST(seconds_table)
{
	static const struct {
		int64_t ns;
		const char *text;
	} table[] = {
		{ 0, "s 0\n" },
		{ 1000000000, "s 1\n" },
		{ 600 * NS_PER_S, "s 600\n" },
		{ 1500000000, "s 1.5\n" },
		{ 10 * NS_PER_MS, "s 0.01\n" },
		{ 123456789, "s 0.123456789\n" },
		{ -1500000000, "s -1.5\n" },
		{ -1, "s -0.000000001\n" },
		{ INT64_MAX, "s 9223372036.854775807\n" },
		{ INT64_MIN, "s -9223372036.854775808\n" },
	};
	struct bufw w;
	struct buf b;

	buf_init(&b, 64);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		buf_reset(&b);
		bufw_begin(&w, &b);
		prom_sample_seconds(&w, "s", NULL, table[i].ns);
		ck_assert_int_eq(bufw_end(&w), 0);
		ck_assert_str_eq(b.data, table[i].text);
	}
	buf_free(&b);
}
END_TEST

/* The value of the sample line that starts with `start`, as text. */
static const char *
sample(const struct buf *b, const char *start)
{
	const char *at = strstr(b->data, start);

	ck_assert_msg(at != NULL, "%s", start);
	ck_assert(at == b->data || at[-1] == '\n');
	return at + strlen(start);
}

static void
check_sample(const struct buf *b, const char *start, const char *value)
{
	const char *text = sample(b, start);

	ck_assert_msg(strncmp(text, value, strlen(value)) == 0 &&
		text[strlen(value)] == '\n',
	    "%s%s", start, value);
}

static int
write_histogram(struct buf *b, const char *labels, const struct histogram *h)
{
	struct bufw w;

	bufw_begin(&w, b);
	prom_histogram(&w, "d", labels, h);
	return bufw_end(&w);
}

START_TEST(histogram_text)
{
	struct histogram h = { 0 };
	struct buf b;

	histogram_observe(&h, MS(1));
	histogram_observe(&h, MS(15));
	histogram_observe(&h, MS(15));
	histogram_observe(&h, MS(700000));
	buf_init(&b, 1 << 16);
	ck_assert_int_eq(write_histogram(&b, NULL, &h), 0);
	check_sample(&b, "d_bucket{le=\"0.001\"} ", "1");
	check_sample(&b, "d_bucket{le=\"0.01\"} ", "1");
	check_sample(&b, "d_bucket{le=\"0.02\"} ", "3");
	check_sample(&b, "d_bucket{le=\"600\"} ", "3");
	check_sample(&b, "d_bucket{le=\"+Inf\"} ", "4");
	check_sample(&b, "d_sum ", "700.031");
	check_sample(&b, "d_count ", "4");
	buf_reset(&b);
	ck_assert_int_eq(write_histogram(&b, "k=\"v\"", &h), 0);
	check_sample(&b, "d_bucket{k=\"v\",le=\"0.001\"} ", "1");
	check_sample(&b, "d_bucket{k=\"v\",le=\"+Inf\"} ", "4");
	check_sample(&b, "d_sum{k=\"v\"} ", "700.031");
	check_sample(&b, "d_count{k=\"v\"} ", "4");
	buf_free(&b);
}
END_TEST

/* Buckets are named in rising order and never fall; the last is the count. */
START_TEST(histogram_text_is_cumulative)
{
	struct histogram h = { 0 };
	double le, last_le = 0;
	unsigned long n, last_n = 0, lines = 0;
	unsigned seed = 3;
	struct buf b;

	for (int i = 0; i < 10000; i++)
		histogram_observe(&h, MS(1) << rand_r(&seed) % 22);
	buf_init(&b, 1 << 16);
	ck_assert_int_eq(write_histogram(&b, NULL, &h), 0);
	for (char *p = b.data; (p = strstr(p, "le=\"")) != NULL; lines++) {
		char *end;

		le = strtod(p + 4, &end); /* "+Inf" is a number, too */
		ck_assert(le > last_le);
		ck_assert_int_eq(strncmp(end, "\"} ", 3), 0);
		n = strtoul(end + 3, &p, 10);
		ck_assert_uint_ge(n, last_n);
		last_le = le;
		last_n = n;
	}
	ck_assert_uint_eq(lines, HISTOGRAM_BUCKETS + 1);
	ck_assert_uint_eq(last_n, 10000);
	buf_free(&b);
}
END_TEST

static int
write_family(struct buf *b)
{
	struct bufw w;

	bufw_begin(&w, b);
	prom_family(&w, "n", "gauge", "h");
	return bufw_end(&w);
}

START_TEST(a_full_buffer_is_told)
{
	struct histogram h = { 0 };
	struct buf b;

	for (size_t cap = 0; cap < 60; cap++) {
		buf_init(&b, cap);
		ck_assert_int_eq(write_histogram(&b, NULL, &h), -EMSGSIZE);
		ck_assert_uint_eq(b.len, 0);
		buf_free(&b);
	}
	buf_init(&b, 5);
	ck_assert_int_eq(write_family(&b), -EMSGSIZE);
	ck_assert_int_eq(prom_label(&b, "n", "value"), -EMSGSIZE);
	ck_assert_uint_eq(b.len, 0);
	buf_free(&b);
}
END_TEST

UNIT_MAIN("metrics", no_update_is_lost, quantile_table,
    quantiles_are_near_the_truth, exposition_text, seconds_table,
    histogram_text, histogram_text_is_cumulative, a_full_buffer_is_told)
