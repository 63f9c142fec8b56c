# Stand-ins for what the tests cannot have: the model and a faulty codex.
# For the tests only; nothing of it is installed.
check_PROGRAMS += tests/sim/sim_model tests/sim/fake_codex

tests_sim_sim_model_SOURCES = \
	tests/sim/model/answer.c tests/sim/model/answer.h \
	tests/sim/model/exchange.c tests/sim/model/exchange.h \
	tests/sim/model/faults.c tests/sim/model/faults.h \
	tests/sim/model/items.c tests/sim/model/items.h \
	tests/sim/model/journal.c tests/sim/model/journal.h \
	tests/sim/model/main.c \
	tests/sim/model/once.c tests/sim/model/once.h \
	tests/sim/model/plan.c tests/sim/model/plan.h \
	tests/sim/model/request.c tests/sim/model/request.h \
	tests/sim/model/responses.c tests/sim/model/responses.h \
	tests/sim/model/script.c tests/sim/model/script.h \
	tests/sim/model/server.c tests/sim/model/server.h \
	tests/sim/model/session.c tests/sim/model/session.h \
	tests/sim/model/stats.c tests/sim/model/stats.h \
	tests/sim/model/ws.c tests/sim/model/ws.h \
	tests/sim/model/ws_frame.c tests/sim/model/ws_frame.h
tests_sim_sim_model_LDADD = lib/libcommon.a $(MHD_LIBS) $(GNUTLS_LIBS) \
	$(JANSSON_LIBS)

tests_sim_fake_codex_SOURCES = \
	tests/sim/codex/app_account.c tests/sim/codex/app_account.h \
	tests/sim/codex/app_ask.c tests/sim/codex/app_ask.h \
	tests/sim/codex/app_item.c tests/sim/codex/app_item.h \
	tests/sim/codex/app_mode.c tests/sim/codex/app_mode.h \
	tests/sim/codex/app_odd.c tests/sim/codex/app_odd.h \
	tests/sim/codex/app_request.c tests/sim/codex/app_request.h \
	tests/sim/codex/app_server.c tests/sim/codex/app_server.h \
	tests/sim/codex/app_stage.c tests/sim/codex/app_stage.h \
	tests/sim/codex/app_thread.c tests/sim/codex/app_thread.h \
	tests/sim/codex/app_turn.c tests/sim/codex/app_turn.h \
	tests/sim/codex/app_wire.c tests/sim/codex/app_wire.h \
	tests/sim/codex/calls.c tests/sim/codex/calls.h \
	tests/sim/codex/catalog.c tests/sim/codex/catalog.h \
	tests/sim/codex/faults.c tests/sim/codex/faults.h \
	tests/sim/codex/main.c \
	tests/sim/codex/output.c tests/sim/codex/output.h \
	tests/sim/codex/script.c tests/sim/codex/script.h \
	tests/sim/codex/turn.c tests/sim/codex/turn.h \
	tests/sim/model/request.c tests/sim/model/request.h
tests_sim_fake_codex_LDADD = lib/libcommon.a $(JANSSON_LIBS)

# The program itself, but for how long it waits for an app-server: its bounds
# stand before those in the archive.
check_PROGRAMS += tests/sim/hasty_proxy
tests_sim_hasty_proxy_SOURCES = src/cli/main.c tests/sim/hasty/bounds.c
tests_sim_hasty_proxy_LDADD = $(PROXY_LIBS)

# The program itself on a file system that is slow where the test wants it.
check_PROGRAMS += tests/sim/slow_proxy
tests_sim_slow_proxy_SOURCES = src/cli/main.c tests/sim/slow/paths.c
tests_sim_slow_proxy_LDADD = $(PROXY_LIBS)
tests_sim_slow_proxy_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realpath \
	-Wl,--wrap=stat -Wl,--wrap=access -Wl,--wrap=eaccess

EXTRA_DIST += tests/sim/README.md
