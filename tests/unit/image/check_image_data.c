#include "unit/unit.h"

#include <errno.h>

#include "base/limits.h"
#include "image/image_data.h"

static const struct {
	const char *url;
	int rc;
	const char *extension;
	const char *comment;
} cases[] = {
	{ UNIT_PNG_URL, 0, "png", "PNG" },
	{ "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ==", 0, "jpg", "JPEG" },
	{ "data:image/webp;base64,UklGRhoAAABXRUJQVlA4", 0, "webp", "WebP" },
	{ "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAA==", 0, "gif",
	    "GIF 89a" },
	{ "data:image/gif;base64,R0lGODdhAQABAIAAAAAAAA==", 0, "gif",
	    "GIF 87a" },
	{ "DATA:;charset=x;BASE64,iVBORw0KGgoAAAANSUhEUg==", 0, "png",
	    "case and parameters do not matter" },
	{ "data:image/gif;base64,iVBORw0KGgoAAAANSUhEUg==", 0, "png",
	    "the bytes decide, not the label" },
	{ "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4gICAg", -ENOTSUP, NULL,
	    "SVG" },
	{ "data:image/webp;base64,UklGRhoAAABXQVZFVlA4", -ENOTSUP, NULL,
	    "RIFF, but no WebP" },
	{ "data:image/png;base64,iVBO", -ENOTSUP, NULL, "too short" },
	{ "data:image/png;base64,", -ENOTSUP, NULL, "empty" },
	{ "data:image/png,iVBO", -EINVAL, NULL, "not base64" },
	{ "data:image/png;base64,iVB*Rw0KGgo=", -EINVAL, NULL,
	    "a character that is none of base64's" },
	{ "data:image/png;base64", -EINVAL, NULL, "no comma" },
	{ "data:", -EINVAL, NULL, "nothing" },
	{ "https://x.test/a.png", -EPROTO, NULL, "https" },
	{ "http://x.test/a.png", -EPROTO, NULL, "http" },
	{ "file:///etc/passwd", -EPROTO, NULL, "a file" },
	{ "", -EPROTO, NULL, "empty URL" },
	{ "dat", -EPROTO, NULL, "shorter than the scheme" },
};

/* The check refuses what decoding does, and what is not whole. */
static void
check_agrees(struct text url, int rc)
{
	const char *fault = NULL;
	uint64_t decoded;
	int checked = image_data_check(url, &decoded, &fault);

	if (rc == 0 && fault != NULL)
		ck_assert_int_eq(checked, -EBADMSG);
	else
		ck_assert_int_eq(checked, rc);
}

START_TEST(urls_are_decoded_or_told)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *extension = NULL;
		struct buf out;
		int rc;

		buf_init(&out, LIMIT_IMAGE_BYTES);
		rc = image_data_decode(text_of(cases[i].url), &out, &extension);
		ck_assert_msg(
		    rc == cases[i].rc, "%s: %d", cases[i].comment, rc);
		if (rc == 0)
			ck_assert_msg(
			    strcmp(extension, cases[i].extension) == 0, "%s",
			    cases[i].comment);
		else
			ck_assert_ptr_null(extension);
		check_agrees(text_of(cases[i].url), rc);
		buf_free(&out);
	}
}
END_TEST

START_TEST(what_is_not_whole_is_told)
{
	const char *fault = NULL;
	uint64_t decoded;

	ck_assert_int_eq(
	    image_data_check(text_of(UNIT_PNG_URL), &decoded, &fault), 0);
	ck_assert_ptr_null(fault);
	ck_assert_uint_eq(decoded, 4);
	ck_assert_int_eq(image_data_check(text_of("data:image/png;base64,"
						  "iVBORw0KGgoAAAANSUhEUg=="),
			     &decoded, &fault),
	    -EBADMSG);
	ck_assert_str_eq(fault, "it ends too early");
}
END_TEST

START_TEST(there_is_a_limit)
{
	const char *fault = NULL;
	uint64_t decoded;
	static const char head[] = "data:image/png;base64,iVBORw0KGgoAAAAN";
	size_t len = strlen(head) + LIMIT_IMAGE_BYTES / 3 * 4 + 8;
	char *url = malloc(len + 1);

	memset(url, 'A', len);
	memcpy(url, head, strlen(head));
	url[len] = '\0';
	ck_assert_int_eq(
	    image_data_check(text_of(url), &decoded, &fault), -EMSGSIZE);
	len = strlen(head) + 4000000;
	ck_assert_int_eq(
	    image_data_check(
		(struct text){ url, len - len % 4 + 2 }, &decoded, &fault),
	    -EBADMSG);
	free(url);
}
END_TEST

UNIT_MAIN("image_data", urls_are_decoded_or_told, what_is_not_whole_is_told,
    there_is_a_limit)
