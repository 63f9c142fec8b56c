/*
 * app_worker.h - the thread that owns one app-server child, and for a while
 * two: when one is replaced, the next is ready before the first retires.
 *
 * What becomes of a child is a table of what it is and what has happened
 * (app_worker.c). A child that was lost is replaced at once, one that is lost
 * again before it has answered anything after a pause that doubles.
 */
#ifndef ENGINE_POOL_APP_WORKER_H
#define ENGINE_POOL_APP_WORKER_H

#include "engine/pool/app_pool.h"

/* Runs until the dispatch stops. One thread per index. */
void app_worker_run(struct app_pool *p, unsigned index);

#endif
