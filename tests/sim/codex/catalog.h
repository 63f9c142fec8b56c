/*
 * catalog.h - what fake_codex prints for "debug models": two models with
 * the members that the real catalog (0.169.0) has, the long texts cut.
 */
#ifndef FAKE_CATALOG_H
#define FAKE_CATALOG_H

extern const char catalog[];

#endif
