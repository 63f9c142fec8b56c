#include "http/http_park.h"

static void
lock(struct http_park *p)
{
	int rc = pthread_mutex_lock(&p->lock);

	BUG_ON(rc != 0);
}

static void
unlock(struct http_park *p)
{
	int rc = pthread_mutex_unlock(&p->lock);

	BUG_ON(rc != 0);
}

void
http_park_init(struct http_park *p, struct MHD_Connection *connection)
{
	int rc = pthread_mutex_init(&p->lock, NULL);

	BUG_ON(rc != 0);
	p->connection = connection;
	p->woken = false;
	p->suspended = false;
}

bool
http_park_suspend(struct http_park *p)
{
	bool parked;

	lock(p);
	BUG_ON(p->suspended);
	parked = !p->woken && p->connection != NULL;
	p->woken = false;
	if (parked) {
		p->suspended = true;
		MHD_suspend_connection(p->connection);
	}
	unlock(p);
	return parked;
}

void
http_park_wake(struct http_park *p)
{
	lock(p);
	if (p->suspended) {
		p->suspended = false;
		MHD_resume_connection(p->connection);
	} else {
		p->woken = true;
	}
	unlock(p);
}

void
http_park_close(struct http_park *p)
{
	lock(p);
	p->connection = NULL;
	p->suspended = false;
	unlock(p);
}

void
http_park_destroy(struct http_park *p)
{
	pthread_mutex_destroy(&p->lock);
}
