/* app_pause: the pauses double, and end at the longest. */
#include <limits.h>

#include "base/clock.h"
#include "engine/pool/app_pause.h"
#include "unit/unit.h"

/* clang-format off */
static const struct {
	unsigned failures;
	int64_t ms;
} pauses[] = {
	{ 1, 250 }, { 2, 500 }, { 3, 1000 }, { 4, 2000 }, { 5, 4000 },
	{ 6, 8000 }, { 7, 16000 }, { 8, 30000 }, { 9, 30000 },
	{ 64, 30000 }, { 1000, 30000 }, { UINT_MAX, 30000 },
};
/* clang-format on */

START_TEST(they_double)
{
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++)
		ck_assert_int_eq(app_pause_after(pauses[i].failures),
		    pauses[i].ms * NS_PER_MS);
	/* A minute for eight tries: whoever repairs Codex is not kept. */
	for (unsigned i = 1; i <= 8; i++)
		sum += app_pause_after(i);
	ck_assert_int_le(sum, 62 * NS_PER_S);
}
END_TEST

UNIT_MAIN("app_pause", they_double)
