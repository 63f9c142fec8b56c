#include "options/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One row of the table from the two above it. */
static void
next_row(const char *a, const char *b, size_t i, size_t n,
    size_t rows[3][NEAREST_MAX + 1])
{
	const size_t *before = rows[(i + 1) % 3], *above = rows[(i + 2) % 3];
	size_t *row = rows[i % 3];

	row[0] = i;
	for (size_t k = 1; k <= n; k++) {
		bool same = a[i - 1] == b[k - 1];

		row[k] = least(
		    least(above[k], row[k - 1]) + 1, above[k - 1] + !same);
		if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
		    a[i - 2] == b[k - 1])
			row[k] = least(row[k], before[k - 2] + 1);
	}
}

size_t
nearest_distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t m = strnlen(a, NEAREST_MAX), n = strnlen(b, NEAREST_MAX);

	for (size_t k = 0; k <= n; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= m; i++)
		next_row(a, b, i, n, rows);
	return rows[m % 3][n];
}

void
nearest_begin(struct nearest *n, const char *word)
{
	*n = (struct nearest){ .word = word, .distance = NEAREST_MAX };
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	size_t len = strlen(n->word);
	size_t distance = nearest_distance(n->word, candidate);

	if (len > 2 && strncmp(n->word, candidate, len) == 0)
		distance = least(distance, 1);
	if (distance < n->distance) {
		n->distance = distance;
		n->best = candidate;
	}
}

const char *
nearest_end(const struct nearest *n)
{
	size_t len = strlen(n->word);

	if (3 * n->distance <= len || (n->distance == 1 && len > 2))
		return n->best;
	return NULL;
}
