/*
 * size_classes.h - what size.c tells apart in a text; only that includes it,
 * and size_weights.h.
 *
 * A class is a letter or a mark where they are frequent, else a script. Letters
 * have classes of their own, as have marks.
 * Source: the categories of Unicode 15 (L, N, M, Z; all else are marks), whole
 * ranges at a time where few of it are of another.
 */
#ifndef CONVERSATION_SIZE_CLASSES_H
#define CONVERSATION_SIZE_CLASSES_H

#include <stdint.h>

/* In this order: white space, what is neither, letters. */
enum size_kind {
	SIZE_WHITE, /* class SIZE_SPACE: U+0020 */
	SIZE_NEWLINE,
	SIZE_DIGIT,
	SIZE_MARK,
	SIZE_END,
	SIZE_LOWER,
	SIZE_UPPER,
	SIZE_CASELESS,
	/* Of ranges: capitals and small letters take turns. */
	SIZE_PAIRS_EVEN,
	SIZE_PAIRS_ODD,
	/* Each has a class of its own, from that of the first on. */
	SIZE_EACH_LOWER,
	SIZE_EACH_UPPER
};

enum {
	SIZE_SPACE = 0,

	/*
	 * Classes of letters: a to z, the German ones, the others of Latin-1,
	 * further Latin ones, those of Vietnamese; from here on the Cyrillic
	 * ones of Russian, and those of other languages;
	 */
	SIZE_CYRILLIC = 30,
	/*
	 * Greek, Hebrew, Arabic, Devanagari, Bengali and its neighbours, Tamil
	 * and its, Thai and Lao, Armenian, Georgian, Burmese and Khmer, all
	 * others;
	 */
	SIZE_OTHER = 63,
	/*
	 * Hiragana, Katakana, Han, Hangul, rare ones; of Han, those with a
	 * radical as it is written traditionally, and where it is simplified.
	 */
	SIZE_ASIAN = 74,
	SIZE_LETTERS = 81,

	/*
	 * Classes of marks: those of ASCII in their order, then control
	 * characters (and bytes that are no UTF-8), general punctuation, that
	 * of CJK, symbols, dingbats, emoji, joiners, skin tones, halves of
	 * flags, those of Latin-1, all others.
	 */
	SIZE_MARKS = 43
};

/* clang-format off */

#define W(class) { SIZE_WHITE, class }
#define N(class) { SIZE_NEWLINE, class }
#define D(class) { SIZE_DIGIT, class }
#define M(class) { SIZE_MARK, class }
#define L(class) { SIZE_LOWER, class }
#define U(class) { SIZE_UPPER, class }
static const struct {
	uint8_t kind, class;
} size_ascii[128] = {
	M(32), M(32), M(32), M(32), M(32), M(32), M(32), M(32), M(32), W(1),
	N(0), W(1), W(1), N(0), M(32), M(32), M(32), M(32), M(32), M(32),
	M(32), M(32), M(32), M(32), M(32), M(32), M(32), M(32), M(32), M(32),
	M(32), M(32), W(0), M(0), M(1), M(2), M(3), M(4), M(5), M(6), M(7),
	M(8), M(9), M(10), M(11), M(12), M(13), M(14), D(0), D(0), D(0),
	D(0), D(0), D(0), D(0), D(0), D(0), D(0), M(15), M(16), M(17), M(18),
	M(19), M(20), M(21), U(0), U(1), U(2), U(3), U(4), U(5), U(6), U(7),
	U(8), U(9), U(10), U(11), U(12), U(13), U(14), U(15), U(16), U(17),
	U(18), U(19), U(20), U(21), U(22), U(23), U(24), U(25), M(22), M(23),
	M(24), M(25), M(26), M(27), L(0), L(1), L(2), L(3), L(4), L(5), L(6),
	L(7), L(8), L(9), L(10), L(11), L(12), L(13), L(14), L(15), L(16),
	L(17), L(18), L(19), L(20), L(21), L(22), L(23), L(24), L(25), M(28),
	M(29), M(30), M(31), M(32)
};
#undef W
#undef N
#undef D
#undef M
#undef L
#undef U

/* From one's first character to before the next one's. */
static const struct size_range {
	uint32_t first;
	uint8_t kind, class;
} size_ranges[] = {
	{ 0x80, SIZE_MARK, 32 },
	{ 0x85, SIZE_WHITE, 1 },
	{ 0x86, SIZE_MARK, 32 },
	{ 0xa0, SIZE_WHITE, 1 },
	{ 0xa1, SIZE_MARK, 41 },
	{ 0xaa, SIZE_LOWER, 27 },
	{ 0xab, SIZE_MARK, 41 },
	{ 0xb5, SIZE_LOWER, 27 },
	{ 0xb6, SIZE_MARK, 41 },
	{ 0xba, SIZE_LOWER, 27 },
	{ 0xbb, SIZE_MARK, 41 },
	{ 0xc0, SIZE_UPPER, 27 },
	{ 0xc4, SIZE_UPPER, 26 },
	{ 0xc5, SIZE_UPPER, 27 },
	{ 0xd6, SIZE_UPPER, 26 },
	{ 0xd7, SIZE_MARK, 41 },
	{ 0xd8, SIZE_UPPER, 27 },
	{ 0xdc, SIZE_UPPER, 26 },
	{ 0xdd, SIZE_UPPER, 27 },
	{ 0xdf, SIZE_LOWER, 26 },
	{ 0xe0, SIZE_LOWER, 27 },
	{ 0xe4, SIZE_LOWER, 26 },
	{ 0xe5, SIZE_LOWER, 27 },
	{ 0xf6, SIZE_LOWER, 26 },
	{ 0xf7, SIZE_MARK, 41 },
	{ 0xf8, SIZE_LOWER, 27 },
	{ 0xfc, SIZE_LOWER, 26 },
	{ 0xfd, SIZE_LOWER, 27 },
	{ 0x100, SIZE_PAIRS_EVEN, 28 },
	{ 0x138, SIZE_PAIRS_ODD, 28 },
	{ 0x149, SIZE_PAIRS_EVEN, 28 },
	{ 0x179, SIZE_PAIRS_ODD, 28 },
	{ 0x17f, SIZE_LOWER, 28 },
	{ 0x180, SIZE_PAIRS_EVEN, 28 },
	{ 0x250, SIZE_LOWER, 28 },
	{ 0x300, SIZE_CASELESS, 28 },
	{ 0x370, SIZE_LOWER, 63 },
	{ 0x386, SIZE_UPPER, 63 },
	{ 0x390, SIZE_LOWER, 63 },
	{ 0x391, SIZE_UPPER, 63 },
	{ 0x3ac, SIZE_LOWER, 63 },
	{ 0x400, SIZE_UPPER, 62 },
	{ 0x410, SIZE_EACH_UPPER, 30 },
	{ 0x430, SIZE_EACH_LOWER, 30 },
	{ 0x450, SIZE_LOWER, 62 },
	{ 0x460, SIZE_PAIRS_EVEN, 62 },
	{ 0x530, SIZE_UPPER, 70 },
	{ 0x557, SIZE_LOWER, 70 },
	{ 0x590, SIZE_CASELESS, 64 },
	{ 0x600, SIZE_CASELESS, 65 },
	{ 0x60c, SIZE_MARK, 33 },
	{ 0x60d, SIZE_CASELESS, 65 },
	{ 0x61b, SIZE_MARK, 33 },
	{ 0x620, SIZE_CASELESS, 65 },
	{ 0x660, SIZE_DIGIT, 0 },
	{ 0x66a, SIZE_MARK, 33 },
	{ 0x66e, SIZE_CASELESS, 65 },
	{ 0x6d4, SIZE_MARK, 33 },
	{ 0x6d5, SIZE_CASELESS, 65 },
	{ 0x6f0, SIZE_DIGIT, 0 },
	{ 0x6fa, SIZE_CASELESS, 65 },
	{ 0x780, SIZE_CASELESS, 73 },
	{ 0x900, SIZE_CASELESS, 66 },
	{ 0x964, SIZE_MARK, 33 },
	{ 0x966, SIZE_DIGIT, 0 },
	{ 0x970, SIZE_CASELESS, 66 },
	{ 0x980, SIZE_CASELESS, 67 },
	{ 0xb00, SIZE_CASELESS, 68 },
	{ 0xe00, SIZE_CASELESS, 69 },
	{ 0xf00, SIZE_CASELESS, 73 },
	{ 0x1000, SIZE_CASELESS, 72 },
	{ 0x10a0, SIZE_LOWER, 71 },
	{ 0x1100, SIZE_CASELESS, 73 },
	{ 0x1780, SIZE_CASELESS, 72 },
	{ 0x1800, SIZE_CASELESS, 73 },
	{ 0x1e00, SIZE_PAIRS_EVEN, 29 },
	{ 0x1f00, SIZE_LOWER, 63 },
	{ 0x2000, SIZE_WHITE, 1 },
	{ 0x200b, SIZE_MARK, 33 },
	{ 0x200d, SIZE_MARK, 38 },
	{ 0x200e, SIZE_MARK, 33 },
	{ 0x2028, SIZE_WHITE, 1 },
	{ 0x202a, SIZE_MARK, 33 },
	{ 0x202f, SIZE_WHITE, 1 },
	{ 0x2030, SIZE_MARK, 33 },
	{ 0x205f, SIZE_WHITE, 1 },
	{ 0x2060, SIZE_MARK, 33 },
	{ 0x2070, SIZE_MARK, 35 },
	{ 0x2600, SIZE_MARK, 36 },
	{ 0x27c0, SIZE_MARK, 35 },
	{ 0x2c00, SIZE_CASELESS, 73 },
	{ 0x2e80, SIZE_MARK, 42 },
	{ 0x3000, SIZE_WHITE, 1 },
	{ 0x3001, SIZE_MARK, 34 },
	{ 0x3005, SIZE_CASELESS, 76 },
	{ 0x3008, SIZE_MARK, 34 },
	{ 0x3041, SIZE_CASELESS, 74 },
	{ 0x30a0, SIZE_MARK, 34 },
	{ 0x30a1, SIZE_CASELESS, 75 },
	{ 0x30fb, SIZE_MARK, 34 },
	{ 0x30fc, SIZE_CASELESS, 75 },
	{ 0x3100, SIZE_CASELESS, 78 },
	{ 0x4e00, SIZE_CASELESS, 76 },
	{ 0x7cf8, SIZE_CASELESS, 79 },
	{ 0x7e9f, SIZE_CASELESS, 80 },
	{ 0x7f37, SIZE_CASELESS, 76 },
	{ 0x898b, SIZE_CASELESS, 79 },
	{ 0x89c1, SIZE_CASELESS, 80 },
	{ 0x89d2, SIZE_CASELESS, 76 },
	{ 0x8a00, SIZE_CASELESS, 79 },
	{ 0x8ba0, SIZE_CASELESS, 80 },
	{ 0x8c37, SIZE_CASELESS, 76 },
	{ 0x8c9d, SIZE_CASELESS, 79 },
	{ 0x8d1d, SIZE_CASELESS, 80 },
	{ 0x8d64, SIZE_CASELESS, 76 },
	{ 0x8eca, SIZE_CASELESS, 79 },
	{ 0x8f66, SIZE_CASELESS, 80 },
	{ 0x8f9b, SIZE_CASELESS, 76 },
	{ 0x91d1, SIZE_CASELESS, 79 },
	{ 0x9485, SIZE_CASELESS, 80 },
	{ 0x9577, SIZE_CASELESS, 79 },
	{ 0x9578, SIZE_CASELESS, 76 },
	{ 0x9580, SIZE_CASELESS, 79 },
	{ 0x95e8, SIZE_CASELESS, 80 },
	{ 0x961c, SIZE_CASELESS, 76 },
	{ 0x97cb, SIZE_CASELESS, 79 },
	{ 0x97e6, SIZE_CASELESS, 80 },
	{ 0x97ed, SIZE_CASELESS, 76 },
	{ 0x9801, SIZE_CASELESS, 79 },
	{ 0x9875, SIZE_CASELESS, 80 },
	{ 0x98a8, SIZE_CASELESS, 79 },
	{ 0x98ce, SIZE_CASELESS, 80 },
	{ 0x98db, SIZE_CASELESS, 79 },
	{ 0x98dc, SIZE_CASELESS, 76 },
	{ 0x98df, SIZE_CASELESS, 79 },
	{ 0x9963, SIZE_CASELESS, 80 },
	{ 0x9996, SIZE_CASELESS, 76 },
	{ 0x99ac, SIZE_CASELESS, 79 },
	{ 0x9a6c, SIZE_CASELESS, 80 },
	{ 0x9aa8, SIZE_CASELESS, 76 },
	{ 0x9b5a, SIZE_CASELESS, 79 },
	{ 0x9c7c, SIZE_CASELESS, 80 },
	{ 0x9ce5, SIZE_CASELESS, 79 },
	{ 0x9e1f, SIZE_CASELESS, 80 },
	{ 0x9e75, SIZE_CASELESS, 76 },
	{ 0xa000, SIZE_CASELESS, 73 },
	{ 0xac00, SIZE_CASELESS, 77 },
	{ 0xd7b0, SIZE_CASELESS, 73 },
	{ 0xe000, SIZE_MARK, 42 },
	{ 0xf900, SIZE_CASELESS, 78 },
	{ 0xfb1d, SIZE_CASELESS, 64 },
	{ 0xfb50, SIZE_CASELESS, 65 },
	{ 0xfe00, SIZE_MARK, 38 },
	{ 0xfe10, SIZE_MARK, 34 },
	{ 0xfe70, SIZE_CASELESS, 65 },
	{ 0xff00, SIZE_MARK, 34 },
	{ 0xff10, SIZE_DIGIT, 0 },
	{ 0xff1a, SIZE_MARK, 34 },
	{ 0xff21, SIZE_CASELESS, 78 },
	{ 0xff3b, SIZE_MARK, 34 },
	{ 0xff41, SIZE_CASELESS, 78 },
	{ 0xff5b, SIZE_MARK, 34 },
	{ 0xff66, SIZE_CASELESS, 78 },
	{ 0xffe0, SIZE_MARK, 42 },
	{ 0x10000, SIZE_CASELESS, 78 },
	{ 0x1f000, SIZE_MARK, 37 },
	{ 0x1f1e6, SIZE_MARK, 40 },
	{ 0x1f200, SIZE_MARK, 37 },
	{ 0x1f3fb, SIZE_MARK, 39 },
	{ 0x1f400, SIZE_MARK, 37 },
	{ 0x1fb00, SIZE_MARK, 42 },
	{ 0x20000, SIZE_CASELESS, 78 },
	{ 0xe0000, SIZE_MARK, 42 },
};

/* clang-format on */

#endif
