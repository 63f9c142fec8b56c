/*
 * app_owner.h - what a session of a worker tells, and to whom: its jobs, and
 * the pool. The worker's thread.
 */
#ifndef ENGINE_POOL_APP_OWNER_H
#define ENGINE_POOL_APP_OWNER_H

#include "engine/pool/app_jobs.h"

/* `jobs` is borrowed for as long as the session lives. */
struct app_session_owner app_owner_of(struct app_jobs *jobs);

#endif
