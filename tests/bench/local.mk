# What the proxy adds to a request; "make bench" builds and measures.
EXTRA_PROGRAMS += tests/bench/overhead

bench_shared = \
	tests/bench/bench.c tests/bench/bench.h \
	tests/bench/client.c tests/bench/client.h \
	tests/bench/load.c tests/bench/load.h \
	tests/bench/proxy.c tests/bench/proxy.h \
	tests/bench/samples.c tests/bench/samples.h

tests_bench_overhead_SOURCES = $(bench_shared) \
	tests/bench/floor.c tests/bench/floor.h \
	tests/bench/overhead.c
tests_bench_overhead_LDADD = lib/libruntime.a lib/libbase.a $(JANSSON_LIBS)

CLEANFILES += tests/bench/overhead$(EXEEXT)

BENCH_FLAGS =

# bin_PROGRAMS is the proxy and nothing else.
.PHONY: bench
bench: $(bin_PROGRAMS) tests/bench/overhead$(EXEEXT) \
	tests/sim/fake_codex$(EXEEXT)
	tests/bench/overhead$(EXEEXT) --proxy ./$(bin_PROGRAMS) \
		--fake tests/sim/fake_codex$(EXEEXT) $(BENCH_FLAGS)
