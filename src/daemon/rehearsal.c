#include "daemon/rehearsal.h"

#include <errno.h>
#include <unistd.h>

#include "daemon/directories.h"
#include "daemon/state_file.h"
#include "http/http_listen.h"
#include "settings/key_ring.h"
#include "store/store_open.h"
#include "tls/tls_cert.h"

/* Each of the steps writes its reason there. */
enum {
	REASON_MAX = 1024
};

static int
try_keys(const struct settings *s, char *why)
{
	struct key_ring *keys;
	int rc = key_ring_new(s, &keys, why);

	if (rc == 0)
		key_ring_free(keys);
	return rc;
}

static int
try_tls(const struct settings *s, char *why)
{
	struct tls_cert *tls;
	int rc;

	if (s->tls_cert == NULL)
		return 0;
	rc = tls_cert_new(s->tls_cert, s->tls_key, &tls, why);
	if (rc == 0)
		tls_cert_free(tls);
	return rc;
}

static int
try_ports(const struct settings *s, char *why)
{
	struct listener l[HTTP_LISTEN_MAX];
	size_t n = 0;
	int rc = http_listen(s, 0, l, &n, why);

	while (n > 0)
		listener_close(&l[--n]);
	return rc;
}

int
rehearsal_run(
    const struct settings *s, bool ports, char ret_error[REHEARSAL_ERROR_MAX])
{
	char why[REASON_MAX] = "";
	int rc = directories_prepare(s, why);

	if (rc == 0)
		rc = state_file_check(s->state_file, why);
	if (rc == 0)
		rc = try_keys(s, why);
	if (rc == 0)
		rc = try_tls(s, why);
	if (rc == 0 && s->store_file != NULL)
		rc = store_open_check(s->store_file, why);
	if (rc == 0 && ports)
		rc = try_ports(s, why);
	if (rc != 0)
		snprintf(ret_error, REHEARSAL_ERROR_MAX, "%.*s",
		    REHEARSAL_ERROR_MAX - 1, why);
	return rc;
}

int
rehearsal_store(const struct settings *s, char ret_error[REHEARSAL_ERROR_MAX])
{
	char aside[PATH_MAX];
	int rc = store_open_check(s->store_file, ret_error);

	if (rc != 0)
		return rc;
	store_open_aside(s->store_file, aside);
	if (access(aside, F_OK) != 0)
		return 0;
	snprintf(ret_error, REHEARSAL_ERROR_MAX,
	    "%.400s holds what a damaged store had; save what is in it, or "
	    "delete it",
	    aside);
	return -EUCLEAN;
}
