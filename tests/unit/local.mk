# One line a program: tests/unit/ROOM/check_FILE is made of the file of that
# name, what several share (libunit.a), and whatever of the proxy it calls.
UNIT_TESTS = \
	tests/unit/base/check_arena \
	tests/unit/api/aside/check_api_aside \
	tests/unit/base/check_buf \
	tests/unit/base/check_bufw \
	tests/unit/base/check_clock \
	tests/unit/base/check_compiler \
	tests/unit/base/check_hash \
	tests/unit/base/check_metrics \
	tests/unit/base/check_parse \
	tests/unit/base/check_secret \
	tests/unit/base/check_strv \
	tests/unit/base/check_utf8 \
	tests/unit/cli/check_words \
	tests/unit/codex/check_codex_catalog \
	tests/unit/codex/check_codex_command \
	tests/unit/codex/check_codex_error \
	tests/unit/codex/check_codex_error_info \
	tests/unit/codex/check_codex_limits \
	tests/unit/codex/check_codex_stderr \
	tests/unit/codex/check_codex_words \
	tests/unit/codex/check_exec_events \
	tests/unit/codex/check_exec_prompt \
	tests/unit/codex/check_exec_reads \
	tests/unit/codex/check_tool_names \
	tests/unit/conversation/check_chain \
	tests/unit/conversation/check_error \
	tests/unit/conversation/check_event \
	tests/unit/conversation/check_fence_filter \
	tests/unit/conversation/check_format \
	tests/unit/conversation/check_generation \
	tests/unit/conversation/check_history \
	tests/unit/conversation/check_size \
	tests/unit/conversation/check_size_generation \
	tests/unit/conversation/check_stop_filter \
	tests/unit/daemon/check_private_socket \
	tests/unit/daemon/check_progress \
	tests/unit/daemon/check_state_file \
	tests/unit/dialect/check_openai_error \
	tests/unit/dialect/check_forced_call \
	tests/unit/dialect/check_reader \
	tests/unit/dialect/check_reply \
	tests/unit/dialect/check_session \
	tests/unit/dialect/check_sse \
	tests/unit/dialect/chat/check_chat_details \
	tests/unit/dialect/chat/check_chat_faults \
	tests/unit/dialect/chat/check_chat_form \
	tests/unit/dialect/chat/check_chat_read \
	tests/unit/dialect/chat/check_chat_reply \
	tests/unit/dialect/completions/check_completions_read \
	tests/unit/dialect/completions/check_completions_reply \
	tests/unit/dialect/responses/check_responses_record \
	tests/unit/dialect/responses/check_responses_reply \
	tests/unit/dialect/responses/check_responses_reply_rules \
	tests/unit/dialect/responses/check_responses_faults \
	tests/unit/dialect/responses/check_responses_form \
	tests/unit/dialect/responses/check_responses_kept \
	tests/unit/dialect/responses/check_responses_read \
	tests/unit/dialect/messages/check_messages_error \
	tests/unit/dialect/messages/check_messages_fields \
	tests/unit/dialect/messages/check_messages_history \
	tests/unit/dialect/messages/check_messages_order \
	tests/unit/dialect/messages/check_messages_reply \
	tests/unit/engine/check_admission \
	tests/unit/engine/check_dispatch \
	tests/unit/engine/check_engines \
	tests/unit/engine/check_job \
	tests/unit/engine/child/check_app_pulse \
	tests/unit/engine/exec/check_engine_exec \
	tests/unit/engine/exec/check_exec_answer \
	tests/unit/engine/pool/check_app_again \
	tests/unit/engine/pool/check_app_long_lines \
	tests/unit/engine/pool/check_app_pause \
	tests/unit/engine/pool/check_app_pool \
	tests/unit/engine/pool/check_app_pool_seats \
	tests/unit/engine/pool/check_app_session \
	tests/unit/engine/pool/check_app_worker \
	tests/unit/engine/setup/check_codex_binary \
	tests/unit/engine/setup/check_codex_setup \
	tests/unit/engine/turn/check_app_answer \
	tests/unit/engine/turn/check_app_forced \
	tests/unit/engine/turn/check_app_decoding \
	tests/unit/engine/turn/check_app_line_lost \
	tests/unit/engine/turn/check_app_held \
	tests/unit/engine/turn/check_app_items \
	tests/unit/engine/turn/check_app_kept \
	tests/unit/engine/turn/check_app_record \
	tests/unit/engine/turn/check_app_spare \
	tests/unit/engine/turn/check_app_turn \
	tests/unit/http/check_http_body \
	tests/unit/http/check_http_park \
	tests/unit/http/check_http_route \
	tests/unit/http/check_http_target \
	tests/unit/image/check_base64 \
	tests/unit/image/check_image_data \
	tests/unit/image/check_image_format \
	tests/unit/json/check_json_scan \
	tests/unit/json/check_jsonl \
	tests/unit/json/check_jsonw \
	tests/unit/json/check_jsonx \
	tests/unit/models/check_codex_models \
	tests/unit/models/check_model_name \
	tests/unit/options/check_env_file \
	tests/unit/options/check_nearest \
	tests/unit/options/check_options \
	tests/unit/options/check_options_json \
	tests/unit/rpc/check_rpc_events \
	tests/unit/rpc/check_rpc_images \
	tests/unit/rpc/check_rpc_items \
	tests/unit/rpc/check_rpc_kept \
	tests/unit/rpc/check_rpc_line \
	tests/unit/rpc/check_rpc_lost \
	tests/unit/rpc/check_rpc_requests \
	tests/unit/rpc/check_rpc_schemas \
	tests/unit/rpc/check_rpc_tools \
	tests/unit/schema/check_schema_check \
	tests/unit/schema/check_schema_shape \
	tests/unit/schema/check_strict_schema \
	tests/unit/settings/check_key_ring \
	tests/unit/settings/check_settings \
	tests/unit/settings/check_settings_file \
	tests/unit/settings/check_settings_rows \
	tests/unit/stats/check_journal \
	tests/unit/stats/check_stats \
	tests/unit/store/check_store \
	tests/unit/store/check_store_answers \
	tests/unit/store/check_store_conversations \
	tests/unit/store/check_store_file \
	tests/unit/system/check_capture \
	tests/unit/system/check_fdio \
	tests/unit/system/check_guardian \
	tests/unit/system/check_listener \
	tests/unit/system/check_log \
	tests/unit/system/check_notify \
	tests/unit/system/check_orphans \
	tests/unit/system/check_pidfile \
	tests/unit/system/check_private_file \
	tests/unit/system/check_process \
	tests/unit/system/check_random_id \
	tests/unit/system/check_root \
	tests/unit/system/check_unix_socket \
	tests/unit/thread/check_channel \
	tests/unit/thread/check_pace \
	tests/unit/thread/check_queue \
	tests/unit/thread/check_sync \
	tests/unit/thread/check_thread \
	tests/unit/thread/check_watch \
	tests/unit/thread/check_watch_stress \
	tests/unit/tls/check_tls_cert

if HAVE_CHECK
check_LIBRARIES += tests/unit/libunit.a
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif

tests_unit_libunit_a_SOURCES = \
	tests/unit/app_job.c tests/unit/app_job.h \
	tests/unit/app_lines.h \
	tests/unit/app_rig.c tests/unit/app_rig.h \
	tests/unit/app_script.h \
	tests/unit/child.h \
	tests/unit/damage.h \
	tests/unit/image_samples.h \
	tests/unit/messages_asked.h \
	tests/unit/oom.c tests/unit/oom.h \
	tests/unit/random.h \
	tests/unit/reply_script.c tests/unit/reply_script.h \
	tests/unit/responses_rig.c tests/unit/responses_rig.h \
	tests/unit/reply_seen.c tests/unit/reply_seen.h \
	tests/unit/request.h \
	tests/unit/same_line.h \
	tests/unit/store_rig.h \
	tests/unit/scratch.h \
	tests/unit/tls_files.h \
	tests/unit/turn_rig.c tests/unit/turn_rig.h \
	tests/unit/unit.h \
	tests/unit/watch_client.h

# For programs without an LDADD of their own, which are these. The archive
# stands twice: its rigs call the proxy, and all allocations, those of Check,
# too, go through its oom.c.
LDADD = tests/unit/libunit.a src/libproxy.a lib/libcommon.a \
	$(UNIT_WRAP) $(CHECK_LIBS) tests/unit/libunit.a $(MHD_LIBS) \
	$(GNUTLS_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS)
# Functions that a test stands in for.
tests_unit_engine_pool_check_app_pool_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=dispatch_take
tests_unit_http_check_http_park_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=MHD_suspend_connection \
	-Wl,--wrap=MHD_resume_connection
tests_unit_engine_setup_check_codex_setup_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_now
tests_unit_stats_check_stats_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_now
