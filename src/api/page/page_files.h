/*
 * page_files.h - the files of the page, as the build has put them into the
 * program: page_files.c is made of those in src/api/page/files. Constant.
 */
#ifndef API_PAGE_PAGE_FILES_H
#define API_PAGE_PAGE_FILES_H

#include <stddef.h>

struct page_file {
	const char *name;
	const char *type; /* for Content-Type */
	const unsigned char *bytes;
	size_t len;
};

extern const struct page_file page_files[];
extern const size_t page_files_n;

#endif
