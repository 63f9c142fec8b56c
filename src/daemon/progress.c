/*
 * DESIGN. Blanks and carriage returns do, which every terminal has. A line
 * that is as wide as the terminal would begin another, so it is cut short.
 */
#include "daemon/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"

enum {
	COLUMNS_DEFAULT = 80,
	COLUMNS_LEAST = 2 /* something must be shown to count as shown */
};

void
progress_init(struct progress *p, int fd, int64_t show_at)
{
	p->fd = isatty(fd) ? fd : -1;
	p->show_at = show_at;
	p->text[0] = '\0';
	p->shown = 0;
}

static size_t
columns(const struct progress *p)
{
	struct winsize size;

	if (ioctl(p->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col > COLUMNS_LEAST ? size.ws_col : COLUMNS_LEAST;
}

/* What the terminal does not take is lost. */
static void
put(const struct progress *p, const char *bytes, size_t len)
{
	(void)!fd_write_all(p->fd, bytes, len);
}

static void
draw(struct progress *p)
{
	char line[PROGRESS_MAX + 1];
	size_t len = strlen(p->text), most = columns(p) - 1;

	if (len > most)
		len = most;
	line[0] = '\r';
	memcpy(line + 1, p->text, len);
	put(p, line, len + 1);
	p->shown = len;
}

void
progress_hide(struct progress *p)
{
	char line[PROGRESS_MAX + 2];

	if (p->shown == 0)
		return;
	memset(line, ' ', sizeof(line));
	line[0] = line[p->shown + 1] = '\r';
	put(p, line, p->shown + 2);
	p->shown = 0;
}

void
progress_set(struct progress *p, const char *text)
{
	progress_hide(p);
	snprintf(p->text, sizeof(p->text), "%s", text);
	progress_tick(p);
}

int64_t
progress_deadline(const struct progress *p)
{
	if (p->fd < 0 || p->text[0] == '\0' || p->shown > 0)
		return CLOCK_NEVER;
	return p->show_at;
}

void
progress_tick(struct progress *p)
{
	if (progress_deadline(p) <= clock_now())
		draw(p);
}
