/*
 * The file system as it is when a mount hangs: linked in front of libc's
 * functions (-Wl,--wrap), each call that looks at a path below $SLOW_PATH
 * takes two seconds while the file $SLOW_SWITCH exists.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char *__real_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved);
int __real_stat(const char *path, struct stat *st);
int __wrap_stat(const char *path, struct stat *st);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __real_eaccess(const char *path, int mode);
int __wrap_eaccess(const char *path, int mode);

static void
delay(const char *path)
{
	const char *slow = getenv("SLOW_PATH"), *on = getenv("SLOW_SWITCH");
	struct timespec left = { 2, 0 };

	if (slow == NULL || on == NULL ||
	    strncmp(path, slow, strlen(slow)) != 0 ||
	    __real_access(on, F_OK) != 0)
		return;
	while (nanosleep(&left, &left) != 0)
		continue;
}

char *
__wrap_realpath(const char *path, char *resolved)
{
	delay(path);
	return __real_realpath(path, resolved);
}

int
__wrap_stat(const char *path, struct stat *st)
{
	delay(path);
	return __real_stat(path, st);
}

int
__wrap_access(const char *path, int mode)
{
	delay(path);
	return __real_access(path, mode);
}

int
__wrap_eaccess(const char *path, int mode)
{
	delay(path);
	return __real_eaccess(path, mode);
}
