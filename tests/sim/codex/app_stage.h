/*
 * app_stage.h - the stages of a turn, in the order in which they come.
 */
#ifndef FAKE_APP_STAGE_H
#define FAKE_APP_STAGE_H

#include "app_turn.h"

/* app_stage.c: what every turn does. */
enum stage_result stage_delay(struct turn *t);
enum stage_result stage_started(struct turn *t);
enum stage_result stage_user(struct turn *t);
enum stage_result stage_thoughts(struct turn *t);
enum stage_result stage_open(struct turn *t);
enum stage_result stage_deltas(struct turn *t);
enum stage_result stage_close(struct turn *t);
enum stage_result stage_end(struct turn *t);

/* app_odd.c: what no turn should. */
enum stage_result stage_weeds(struct turn *t);
enum stage_result stage_death(struct turn *t);
enum stage_result stage_compaction(struct turn *t);
enum stage_result stage_retry(struct turn *t);

/* app_ask.c: what a client has to answer. */
enum stage_result stage_approval(struct turn *t);
enum stage_result stage_unknown_request(struct turn *t);
enum stage_result stage_tools(struct turn *t);
enum stage_result stage_tools_done(struct turn *t);

#endif
