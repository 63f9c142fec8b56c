# What the proxy adds to a request, and the estimate of its tokens. "make bench",
# "make bench-app-server", "make bench-soak" and "make bench-size" build and
# measure; README.md here says what.
EXTRA_PROGRAMS += tests/bench/overhead tests/bench/app_server tests/bench/size

bench_shared = \
	tests/bench/api.c tests/bench/api.h \
	tests/bench/bench.c tests/bench/bench.h \
	tests/bench/client.c tests/bench/client.h \
	tests/bench/load.c tests/bench/load.h \
	tests/bench/proxy.c tests/bench/proxy.h \
	tests/bench/samples.c tests/bench/samples.h

tests_bench_overhead_SOURCES = $(bench_shared) \
	tests/bench/floor.c tests/bench/floor.h \
	tests/bench/overhead.c
tests_bench_overhead_LDADD = lib/libcommon.a $(JANSSON_LIBS)

tests_bench_app_server_SOURCES = $(bench_shared) \
	tests/bench/app_fake.c \
	tests/bench/app_floor.c tests/bench/app_floor.h \
	tests/bench/app_kept.c \
	tests/bench/app_loop.c \
	tests/bench/app_parts.h \
	tests/bench/app_real.c \
	tests/bench/app_run.c tests/bench/app_run.h \
	tests/bench/app_server.c \
	tests/bench/app_sim.c tests/bench/app_sim.h \
	tests/bench/app_table.c tests/bench/app_table.h \
	tests/bench/procfs.c tests/bench/procfs.h \
	tests/bench/stream.c tests/bench/stream.h
tests_bench_app_server_LDADD = $(PROXY_LIBS)

tests_bench_size_SOURCES = $(bench_shared) tests/bench/size.c
tests_bench_size_LDADD = $(PROXY_LIBS)

CLEANFILES += tests/bench/overhead$(EXEEXT) tests/bench/app_server$(EXEEXT) \
	tests/bench/size$(EXEEXT)
EXTRA_DIST += tests/bench/README.md

# Added to the command line; BENCH_CODEX is the real Codex, if there is one.
BENCH_FLAGS =
BENCH_CODEX =
bench_app_server = tests/bench/app_server$(EXEEXT) --proxy ./$(bin_PROGRAMS) \
	--fake tests/sim/fake_codex$(EXEEXT) --sim tests/sim/sim_model$(EXEEXT) \
	$${codex:+--codex "$$codex"} $(BENCH_FLAGS)
bench_app_server_needs = $(bin_PROGRAMS) tests/bench/app_server$(EXEEXT) \
	tests/sim/fake_codex$(EXEEXT) tests/sim/sim_model$(EXEEXT)

# bin_PROGRAMS is the proxy and nothing else.
.PHONY: bench bench-app-server bench-size bench-soak
bench: $(bin_PROGRAMS) tests/bench/overhead$(EXEEXT) \
	tests/sim/fake_codex$(EXEEXT)
	tests/bench/overhead$(EXEEXT) --proxy ./$(bin_PROGRAMS) \
		--fake tests/sim/fake_codex$(EXEEXT) $(BENCH_FLAGS)

bench-app-server: $(bench_app_server_needs)
	codex='$(BENCH_CODEX)'; $(bench_app_server)

bench-soak: $(bench_app_server_needs)
	codex='$(BENCH_CODEX)'; $(bench_app_server) --soak 2000

bench-size: tests/bench/size$(EXEEXT)
	tests/bench/size$(EXEEXT) $(srcdir)/tests/e2e/texts/*.txt \
		$(srcdir)/src/*/*.c $(srcdir)/doc/*.md
