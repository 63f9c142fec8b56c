# One program a target: replay_TARGET runs the corpus in "make check";
# fuzz_TARGET, with libFuzzer, is built by "make fuzzers".
FUZZ_COMMON = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
FUZZ_LINKING = $(AM_LDFLAGS) -fsanitize=fuzzer

# Not in the condition below: automake would see two of them for one makefile.
.PHONY: fuzzers

FUZZ_REPLAYS = \
	tests/fuzz/replay_rpc_request \
	tests/fuzz/replay_rpc_events \
	tests/fuzz/replay_base64 \
	tests/fuzz/replay_catalog \
	tests/fuzz/replay_chat_request \
	tests/fuzz/replay_completions \
	tests/fuzz/replay_messages \
	tests/fuzz/replay_codex_error \
	tests/fuzz/replay_env_file \
	tests/fuzz/replay_exec_events \
	tests/fuzz/replay_guard \
	tests/fuzz/replay_image \
	tests/fuzz/replay_json_scan \
	tests/fuzz/replay_jsonl \
	tests/fuzz/replay_jsonw \
	tests/fuzz/replay_jsonx \
	tests/fuzz/replay_responses \
	tests/fuzz/replay_settings \
	tests/fuzz/replay_stop \
	tests/fuzz/replay_turn_error

check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)

tests_fuzz_replay_rpc_request_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_rpc_request.c $(FUZZ_COMMON)
tests_fuzz_replay_rpc_request_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_rpc_events_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_rpc_events.c tests/unit/same_line.h $(FUZZ_COMMON)
tests_fuzz_replay_rpc_events_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_base64_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_base64.c $(FUZZ_COMMON)
tests_fuzz_replay_base64_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_catalog_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_catalog.c $(FUZZ_COMMON)
tests_fuzz_replay_catalog_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_chat_request_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_chat_request.c $(FUZZ_COMMON)
tests_fuzz_replay_chat_request_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_completions_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_completions.c $(FUZZ_COMMON)
tests_fuzz_replay_completions_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_messages_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_messages.c $(FUZZ_COMMON)
tests_fuzz_replay_messages_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_codex_error_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_codex_error.c $(FUZZ_COMMON)
tests_fuzz_replay_codex_error_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_env_file_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_env_file.c $(FUZZ_COMMON)
tests_fuzz_replay_env_file_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_exec_events_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_exec_events.c $(FUZZ_COMMON)
tests_fuzz_replay_exec_events_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_guard_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_guard.c $(FUZZ_COMMON)
tests_fuzz_replay_guard_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_image_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_image.c $(FUZZ_COMMON)
tests_fuzz_replay_image_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_json_scan_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_json_scan.c $(FUZZ_COMMON)
tests_fuzz_replay_json_scan_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_jsonl_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_jsonl.c $(FUZZ_COMMON)
tests_fuzz_replay_jsonl_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_jsonw_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_jsonw.c $(FUZZ_COMMON)
tests_fuzz_replay_jsonw_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_jsonx_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_jsonx.c $(FUZZ_COMMON)
tests_fuzz_replay_jsonx_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_responses_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_responses.c $(FUZZ_COMMON)
tests_fuzz_replay_responses_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_settings_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_settings.c $(FUZZ_COMMON)
tests_fuzz_replay_settings_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_stop_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_stop.c $(FUZZ_COMMON)
tests_fuzz_replay_stop_LDADD = $(PROXY_LIBS)

tests_fuzz_replay_turn_error_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_turn_error.c $(FUZZ_COMMON)
tests_fuzz_replay_turn_error_LDADD = $(PROXY_LIBS)

if FUZZERS

FUZZERS_LIST = \
	tests/fuzz/fuzz_rpc_request \
	tests/fuzz/fuzz_rpc_events \
	tests/fuzz/fuzz_base64 \
	tests/fuzz/fuzz_catalog \
	tests/fuzz/fuzz_chat_request \
	tests/fuzz/fuzz_completions \
	tests/fuzz/fuzz_messages \
	tests/fuzz/fuzz_codex_error \
	tests/fuzz/fuzz_env_file \
	tests/fuzz/fuzz_exec_events \
	tests/fuzz/fuzz_guard \
	tests/fuzz/fuzz_image \
	tests/fuzz/fuzz_json_scan \
	tests/fuzz/fuzz_jsonl \
	tests/fuzz/fuzz_jsonw \
	tests/fuzz/fuzz_jsonx \
	tests/fuzz/fuzz_responses \
	tests/fuzz/fuzz_settings \
	tests/fuzz/fuzz_stop \
	tests/fuzz/fuzz_turn_error

EXTRA_PROGRAMS += $(FUZZERS_LIST)
CLEANFILES += $(FUZZERS_LIST)

fuzzers: $(FUZZERS_LIST)

tests_fuzz_fuzz_rpc_request_SOURCES = tests/fuzz/fuzz_rpc_request.c \
	$(FUZZ_COMMON)
tests_fuzz_fuzz_rpc_request_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_rpc_request_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_rpc_events_SOURCES = tests/fuzz/fuzz_rpc_events.c \
	tests/unit/same_line.h $(FUZZ_COMMON)
tests_fuzz_fuzz_rpc_events_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_rpc_events_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_base64_SOURCES = tests/fuzz/fuzz_base64.c $(FUZZ_COMMON)
tests_fuzz_fuzz_base64_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_base64_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_catalog_SOURCES = tests/fuzz/fuzz_catalog.c $(FUZZ_COMMON)
tests_fuzz_fuzz_catalog_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_catalog_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_chat_request_SOURCES = tests/fuzz/fuzz_chat_request.c $(FUZZ_COMMON)
tests_fuzz_fuzz_chat_request_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_chat_request_LDFLAGS = $(FUZZ_LINKING)
tests_fuzz_fuzz_completions_SOURCES = tests/fuzz/fuzz_completions.c $(FUZZ_COMMON)
tests_fuzz_fuzz_completions_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_completions_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_messages_SOURCES = tests/fuzz/fuzz_messages.c $(FUZZ_COMMON)
tests_fuzz_fuzz_messages_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_messages_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_codex_error_SOURCES = tests/fuzz/fuzz_codex_error.c $(FUZZ_COMMON)
tests_fuzz_fuzz_codex_error_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_codex_error_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_env_file_SOURCES = tests/fuzz/fuzz_env_file.c $(FUZZ_COMMON)
tests_fuzz_fuzz_env_file_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_env_file_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_exec_events_SOURCES = tests/fuzz/fuzz_exec_events.c $(FUZZ_COMMON)
tests_fuzz_fuzz_exec_events_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_exec_events_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_guard_SOURCES = tests/fuzz/fuzz_guard.c $(FUZZ_COMMON)
tests_fuzz_fuzz_guard_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_guard_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz_image.c $(FUZZ_COMMON)
tests_fuzz_fuzz_image_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_image_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_json_scan_SOURCES = tests/fuzz/fuzz_json_scan.c $(FUZZ_COMMON)
tests_fuzz_fuzz_json_scan_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_json_scan_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_jsonl_SOURCES = tests/fuzz/fuzz_jsonl.c $(FUZZ_COMMON)
tests_fuzz_fuzz_jsonl_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_jsonl_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_jsonw_SOURCES = tests/fuzz/fuzz_jsonw.c $(FUZZ_COMMON)
tests_fuzz_fuzz_jsonw_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_jsonw_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_jsonx_SOURCES = tests/fuzz/fuzz_jsonx.c $(FUZZ_COMMON)
tests_fuzz_fuzz_jsonx_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_jsonx_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_responses_SOURCES = tests/fuzz/fuzz_responses.c $(FUZZ_COMMON)
tests_fuzz_fuzz_responses_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_responses_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c $(FUZZ_COMMON)
tests_fuzz_fuzz_settings_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_settings_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_stop_SOURCES = tests/fuzz/fuzz_stop.c $(FUZZ_COMMON)
tests_fuzz_fuzz_stop_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_stop_LDFLAGS = $(FUZZ_LINKING)

tests_fuzz_fuzz_turn_error_SOURCES = tests/fuzz/fuzz_turn_error.c $(FUZZ_COMMON)
tests_fuzz_fuzz_turn_error_LDADD = $(PROXY_LIBS)
tests_fuzz_fuzz_turn_error_LDFLAGS = $(FUZZ_LINKING)

endif

EXTRA_DIST += tests/fuzz/corpus
