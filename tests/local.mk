# Unit tests are one program a module, run by "make check".
UNIT_LDADD = lib/libruntime.a lib/libbase.a $(CHECK_LIBS) $(JANSSON_LIBS)
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)

include tests/unit/base.mk
include tests/unit/runtime.mk
include tests/unit/core.mk
include tests/unit/engine.mk
include tests/unit/app.mk
include tests/unit/daemon.mk
include tests/sim/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk
include tests/e2e/local.mk
