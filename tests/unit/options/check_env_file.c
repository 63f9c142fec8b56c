#include "options/env_file.h"

#include <errno.h>
#include <string.h>

#include "unit/unit.h"

enum {
	TEXT_MAX = 256
};

/* All that is read of a text, as "LINE:NAME=[VALUE]" or "LINE!", in a row. */
static const char *
read_all(const char *text)
{
	static char out[2 * TEXT_MAX];
	size_t len = strlen(text), n = 0;
	char *copy = malloc(len + 1);
	struct env_file f;
	struct env_line line;
	int rc;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len + 1);
	f = env_file(copy, len);
	out[0] = '\0';
	while ((rc = env_file_next(&f, &line)) > 0) {
		if (n > 0)
			out[n++] = ' ';
		n += (size_t)snprintf(out + n, sizeof(out) - n,
		    line.value != NULL ? "%u:%s=[%s]" : "%u!", line.line,
		    line.name, line.value);
	}
	if (rc != 0)
		snprintf(out + n, sizeof(out) - n, "%sopen at %u",
		    n > 0 ? " " : "", line.line);
	ck_assert(rc == 0 || rc == -EINVAL);
	free(copy);
	return out;
}

static const struct {
	const char *text, *read, *comment;
} rows[] = {
	{ "", "", "nothing" },
	{ " \t\r\n\n", "", "blanks alone" },
	{ "A=b", "1:A=[b]", "no newline at the end" },
	{ "A=b\nC=d\n", "1:A=[b] 2:C=[d]", "two" },
	{ "A=b\r\nC=d\r\n", "1:A=[b] 2:C=[d]", "lines of other systems" },
	{ "A=", "1:A=[]", "an empty value, at the end" },
	{ "A=\nB=c\n", "1:A=[] 2:B=[c]", "an empty value" },
	{ "A=1\nA=2\n", "1:A=[1] 2:A=[2]", "twice" },
	{ "a_1Z=x\n", "1:a_1Z=[x]", "letters, digits, underscores" },
	/* comments */
	{ "# A=b\n;C=d\n  # E=f\nG=h", "4:G=[h]", "both kinds, indented" },
	{ "#\n#", "", "empty ones" },
	{ "A=b # c\n", "1:A=[b # c]", "none behind a value" },
	{ "A=#b\n", "1:A=[#b]", "none where a value begins" },
	{ "# a \\\nB=c\n", "2:B=[c]", "none goes on" },
	/* blanks */
	{ "  A \t=  b c\t \n", "1:A=[b c]", "around name and value" },
	{ "A=b\\ \n", "1:A=[b ]", "kept by a backslash" },
	{ "A=b  \\\n\n", "1:A=[b  ]", "and by one at the end" },
	{ "A=\"b \" \n", "1:A=[b ]", "kept by quotes" },
	/* plain values */
	{ "A=$HOME ${B} `c` $(d)\n", "1:A=[$HOME ${B} `c` $(d)]",
	    "nothing is expanded" },
	{ "A=~/b*\n", "1:A=[~/b*]", "nor by its pattern" },
	{ "A=b\\\\c\\d\\\"\n", "1:A=[b\\cd\"]", "a backslash keeps" },
	{ "A=b\\\nc\nD=e\n", "1:A=[bc] 3:D=[e]", "a line goes on" },
	{ "A=\\\nc\n", "1:A=[c]", "at once" },
	{ "A=b\\\r\nc\n", "1:A=[b] 2!", "only one byte of an end is taken" },
	{ "A=b\\", "1:A=[b]", "a backslash as the last byte" },
	{ "A=b \\", "1:A=[b ]", "behind a blank" },
	{ "A=b=c\n", "1:A=[b=c]", "an equals sign" },
	{ "A=b\"c\" 'd'\n", "1:A=[b\"c\" 'd']", "quotes within" },
	/* quotes */
	{ "A='b \\n\\' \n", "1:A=[b \\n\\]", "single: literal" },
	{ "A='b\n#c'\nD=e\n", "1:A=[b\n#c] 3:D=[e]", "over two lines" },
	{ "A='b\"c'\n", "1:A=[b\"c]", "the other kind in one" },
	{ "A=\"b'c\"\n", "1:A=[b'c]", "and the other way round" },
	{ "A=\"\\\"\\\\\\$\\`\"\n", "1:A=[\"\\$`]", "double: what is kept" },
	{ "A=\"\\n\\'\"\n", "1:A=[\\n\\']", "else a backslash is itself" },
	{ "A=\"b\\\nc\"\nD=e", "1:A=[bc] 3:D=[e]", "a line goes on" },
	{ "A=\"b\nc\"\nD=e", "1:A=[b\nc] 3:D=[e]", "or has an end in it" },
	{ "A=''\n", "1:A=[]", "empty" },
	{ "A='b' \"c\"d'e' \n", "1:A=[bcd'e']", "parts in a row" },
	{ "A='b'\\ c\n", "1:A=[b c]", "and a backslash" },
	/* what is no NAME=VALUE */
	{ "A\nB=c\n", "1! 2:B=[c]", "no equals sign" },
	{ "export A=b\n", "1!", "a shell's" },
	{ "=b\n", "1!", "no name" },
	{ "=b=c\n", "1!", "none that begins so" },
	{ "1A=b\n", "1!", "a digit first" },
	{ "A-B=c\n", "1!", "a dash" },
	{ "\xef\xbb\xbf"
	  "A=b\n",
	    "1!", "a byte order mark" },
	{ "export A='b\nC=d'\nE=f\n", "1! 3:E=[f]", "with its whole value" },
	/* what is open */
	{ "A=b\nC='d\nE=f\n", "1:A=[b] open at 2", "single" },
	{ "A=b\n\nC= \"d\\\"\n", "1:A=[b] open at 3", "double" },
	{ "A='b' \"", "open at 1", "behind another" },
	{ "A='b\n' '", "open at 2", "where it stands" },
	{ "A=\"b\\", "open at 1", "behind a backslash" },
};

START_TEST(lines_are_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *read = read_all(rows[i].text);

		ck_assert_msg(strcmp(read, rows[i].read) == 0, "%s: %s",
		    rows[i].comment, read);
	}
}
END_TEST

UNIT_MAIN("env_file", lines_are_read)
