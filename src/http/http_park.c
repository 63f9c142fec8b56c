#include "http/http_park.h"

#include "thread/sync.h"

void
http_park_init(struct http_park *p, struct MHD_Connection *connection)
{
	sync_mutex_init(&p->lock);
	p->connection = connection;
	p->woken = false;
	p->suspended = false;
}

bool
http_park_suspend(struct http_park *p)
{
	bool parked;

	sync_lock(&p->lock);
	BUG_ON(p->suspended);
	parked = !p->woken && p->connection != NULL;
	p->woken = false;
	if (parked) {
		p->suspended = true;
		MHD_suspend_connection(p->connection);
	}
	sync_unlock(&p->lock);
	return parked;
}

void
http_park_forget(struct http_park *p)
{
	sync_lock(&p->lock);
	p->woken = false;
	sync_unlock(&p->lock);
}

void
http_park_wake(struct http_park *p)
{
	sync_lock(&p->lock);
	if (p->suspended) {
		p->suspended = false;
		MHD_resume_connection(p->connection);
	} else {
		p->woken = true;
	}
	sync_unlock(&p->lock);
}

void
http_park_close(struct http_park *p)
{
	sync_lock(&p->lock);
	p->connection = NULL;
	p->suspended = false;
	sync_unlock(&p->lock);
}

void
http_park_destroy(struct http_park *p)
{
	sync_mutex_destroy(&p->lock);
}
