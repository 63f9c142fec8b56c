/*
 * replay.c - runs a fuzz target on the files of its corpus, without libFuzzer.
 *
 * replay_TARGET [DIRECTORY]: by default $srcdir/tests/fuzz/corpus/TARGET.
 * A short file is run with each of its beginnings, too, so that truncated
 * input is covered wherever it breaks off.
 */
#include <dirent.h>
#include <errno.h>

#include "fuzz.h"
#include "system/fdio.h"

enum {
	FILE_MAX = 1024 * 1024,
	PREFIX_MAX = 1024
};

/* In a block of exactly this size, so that reading past it is noticed. */
static void
run(const char *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	FUZZ_ASSERT(copy != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static int
run_file(const char *directory, const char *name)
{
	struct buf b;
	char *path = NULL;
	int rc = -ENOMEM;

	buf_init(&b, FILE_MAX);
	if (asprintf(&path, "%s/%s", directory, name) > 0)
		rc = file_read(path, FILE_MAX, &b);
	if (rc != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(-rc));
	} else {
		for (size_t n = 0; n < b.len && b.len <= PREFIX_MAX; n++)
			run(b.data, n);
		run(b.data, b.len);
	}
	free(path);
	buf_free(&b);
	return rc;
}

/* Number of files that were run, or -1. */
static int
run_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	int n = 0, rc = 0;

	if (dir == NULL) {
		fprintf(stderr, "%s: %s\n", directory, strerror(errno));
		return -1;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		rc = run_file(directory, entry->d_name);
		n++;
	}
	closedir(dir);
	return rc == 0 ? n : -1;
}

static char *
corpus_of(const char *program)
{
	static const char prefix[] = "replay_";
	const char *name = strstr(program, prefix);
	const char *srcdir = getenv("srcdir");
	char *path;

	FUZZ_ASSERT(name != NULL);
	if (asprintf(&path, "%s/tests/fuzz/corpus/%s",
		srcdir != NULL ? srcdir : ".", name + strlen(prefix)) < 0)
		return NULL;
	return path;
}

int
main(int argc, char **argv)
{
	char *directory = argc > 1 ? strdup(argv[1]) : corpus_of(argv[0]);
	int n = directory != NULL ? run_directory(directory) : -1;

	free(directory);
	/* A corpus that is not found has shown nothing. */
	if (n <= 0)
		return EXIT_FAILURE;
	printf("%s: %d passed, 0 failed\n", argv[0], n);
	return EXIT_SUCCESS;
}
