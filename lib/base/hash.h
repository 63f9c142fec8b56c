/*
 * hash.h - a hash of bytes, to tell things apart that nobody makes alike on
 * purpose. The same on all machines and in all versions: names of files and
 * of tools have it in them. Pure; any thread.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
uint64_t hash_bytes(const void *data, size_t len);

#endif
