/*
 * faults.h - the JSON bodies of sim_model's HTTP errors.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <jansson.h>

#include "base/compiler.h"
#include "script.h"

/* {"error":{"message","type","param":null,"code"}}; NULL = no memory. */
MUST_CHECK json_t *
fault_body(const char *message, const char *type, const char *code);

/* The body that goes with s->status. NULL = no memory. Pure. */
MUST_CHECK json_t *fault_scripted(const struct script *s);

#endif
