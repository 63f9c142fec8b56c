#include "engine/exec/exec_files.h"

#include <errno.h>

#include "base/buf.h"
#include "base/limits.h"
#include "image/image_data.h"
#include "codex/exec_prompt.h"
#include "engine/setup/codex_home.h"
#include "system/fdio.h"

void
exec_files_init(struct exec_files *f)
{
	f->dir = NULL;
	f->schema = NULL;
	strv_init(&f->images);
}

static int
write_image(void *arg, struct text url)
{
	struct exec_files *f = arg;
	const char *extension;
	struct buf image;
	int rc;

	buf_init(&image, LIMIT_IMAGE_BYTES);
	rc = image_data_decode(url, &image, &extension);
	if (rc == 0)
		rc = strv_addf(&f->images, "%s/image-%zu.%s", f->dir,
		    f->images.n + 1, extension);
	if (rc == 0)
		rc = file_create(
		    f->images.v[f->images.n - 1], image.data, image.len, 0600);
	buf_free(&image);
	return rc;
}

static int
write_schema(struct exec_files *f, const json_t *schema)
{
	char *text = json_dumps(schema, JSON_COMPACT);
	int rc = -ENOMEM;

	if (text != NULL && asprintf(&f->schema, "%s/schema.json", f->dir) < 0)
		f->schema = NULL;
	if (text != NULL && f->schema != NULL)
		rc = file_create(f->schema, text, strlen(text), 0600);
	free(text);
	return rc;
}

static int
found_image(void *arg, struct text url)
{
	(void)url;
	*(bool *)arg = true;
	return 1;
}

static bool
needs_files(const struct generation *g)
{
	bool has_image = false;

	prompt_images(g, found_image, &has_image);
	return has_image || g->format == FORMAT_SCHEMA;
}

int
exec_files_write(
    struct exec_files *f, const char *codex_home, const struct generation *g)
{
	int rc;

	if (!needs_files(g))
		return 0;
	rc = codex_home_request_dir(codex_home, &f->dir);
	if (rc == 0)
		rc = prompt_images(g, write_image, f);
	if (rc == 0 && g->format == FORMAT_SCHEMA)
		rc = write_schema(f, g->schema);
	return rc;
}

void
exec_files_remove(struct exec_files *f)
{
	if (f->dir != NULL)
		dir_remove(f->dir);
	free(f->dir);
	free(f->schema);
	strv_free(&f->images);
	exec_files_init(f);
}
