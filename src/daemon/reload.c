#include "daemon/reload.h"

#include "base/clock.h"
#include "daemon/log_file.h"
#include "system/log.h"
#include "system/notify.h"

static void
reload_log(const struct parts *p)
{
	int rc = log_file_open(p->settings);

	if (rc != 0)
		log_error("SIGHUP: --log-file: %s: %s; going on with the old",
		    p->settings->log_file, strerror(-rc));
}

static void
reload_keys(struct parts *p)
{
	char error[KEY_RING_ERROR_MAX];

	if (key_ring_reload(p->keys, error) != 0)
		log_error("SIGHUP: %s; the keys stay as they were", error);
	else
		log_info("SIGHUP: log reopened, keys reloaded");
}

static void
reload_tls(struct parts *p)
{
	char error[TLS_CERT_ERROR_MAX], text[TLS_CERT_TEXT_MAX];

	if (p->tls == NULL)
		return;
	if (tls_cert_reload(p->tls, error) != 0)
		log_error("SIGHUP: %s; the old pair stays in service", error);
	else if (tls_cert_is_valid(p->tls, clock_unix_seconds(), text))
		log_info("SIGHUP: certificate reloaded; %s", text);
	else
		log_warning("SIGHUP: certificate reloaded, but %s", text);
}

void
reload_files(struct parts *p, bool logs_to_file)
{
	notify_send("RELOADING=1");
	if (logs_to_file)
		reload_log(p);
	reload_keys(p);
	reload_tls(p);
	notify_send("READY=1");
}
