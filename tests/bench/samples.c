#include "samples.h"

#include "base/clock.h"
#include "bench.h"

void
samples_init(struct samples *s, size_t n)
{
	*s = (struct samples){ .ns = calloc(n, sizeof(*s->ns)), .n = n };
	bench_must(s->ns != NULL ? 0 : -1, "memory");
}

void
samples_free(struct samples *s)
{
	free(s->ns);
	s->ns = NULL;
}

void
samples_set(struct samples *s, size_t i, int64_t ns)
{
	s->ns[i] = ns;
}

static int
compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
quantile_ms(const struct samples *s, size_t percent)
{
	size_t i = s->n * percent / 100;

	return (double)s->ns[i < s->n ? i : s->n - 1] / NS_PER_MS;
}

struct figures
samples_summary(struct samples *s)
{
	qsort(s->ns, s->n, sizeof(*s->ns), compare_ns);
	return (struct figures){
		.p50_ms = quantile_ms(s, 50),
		.p99_ms = quantile_ms(s, 99),
		.per_second = (double)s->n * NS_PER_S / (double)s->wall_ns,
	};
}

double
median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_double);
	return n % 2 == 1 ? values[n / 2]
			  : (values[n / 2 - 1] + values[n / 2]) / 2;
}
