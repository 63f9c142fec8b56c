/*
 * catalog.h - the two models that fake_codex has: what it prints for "debug
 * models" and what app-server answers to model/list, with the members that
 * the real ones (0.169.0) have, the long texts cut.
 */
#ifndef FAKE_CATALOG_H
#define FAKE_CATALOG_H

extern const char catalog[];

/* The result of model/list. */
extern const char model_list[];

#endif
