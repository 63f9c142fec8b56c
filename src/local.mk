# All of src but the two programs' own files in one archive, room by room.
# What a room may include is a matter of tests/tree/check_layers.
noinst_LIBRARIES += src/libproxy.a

src_api_sources = \
	src/api/api.c src/api/api.h \
	src/api/api_count.c src/api/api_count.h \
	src/api/api_cwd.c src/api/api_cwd.h \
	src/api/api_generate.c src/api/api_generate.h \
	src/api/api_health.c src/api/api_health.h \
	src/api/api_jobs.c src/api/api_jobs.h \
	src/api/api_metrics.c src/api/api_metrics.h \
	src/api/api_models.c src/api/api_models.h \
	src/api/api_pick.c src/api/api_pick.h \
	src/api/api_recall.c src/api/api_recall.h \
	src/api/api_routes.c src/api/api_routes.h \
	src/api/api_server.c src/api/api_server.h \
	src/api/api_unread.c src/api/api_unread.h

src_api_aside_sources = \
	src/api/aside/api_aside.c src/api/aside/api_aside.h \
	src/api/aside/api_parser.c src/api/aside/api_parser.h \
	src/api/aside/api_wait.c src/api/aside/api_wait.h

src_api_page_sources = \
	src/api/page/api_journal.c src/api/page/api_journal.h \
	src/api/page/api_page.c src/api/page/api_page.h \
	src/api/page/page_files.h

# The page for people: what a browser is sent, as arrays of bytes. Made with
# nothing but what every build has, so that it is the same for another machine.
PAGE_FILES = \
	src/api/page/files/index.html \
	src/api/page/files/icon.svg \
	src/api/page/files/page.css \
	src/api/page/files/chat.js \
	src/api/page/files/dom.js \
	src/api/page/files/main.js \
	src/api/page/files/panels.js \
	src/api/page/files/rows.js \
	src/api/page/files/server.js \
	src/api/page/files/words.js
EXTRA_DIST += $(PAGE_FILES) src/api/page/embed
CLEANFILES += src/api/page/page_files.c

src/api/page/page_files.c: $(PAGE_FILES) src/api/page/embed
	$(AM_V_GEN)$(MKDIR_P) src/api/page && \
	(cd $(srcdir) && $(SHELL) src/api/page/embed $(PAGE_FILES)) >$@.tmp && \
	mv -f $@.tmp $@

src_api_store_sources = \
	src/api/store/api_answers.c src/api/store/api_answers.h \
	src/api/store/api_ask.c src/api/store/api_ask.h \
	src/api/store/api_conversations.c src/api/store/api_conversations.h \
	src/api/store/api_given.c src/api/store/api_given.h \
	src/api/store/api_list.c src/api/store/api_list.h

src_cli_sources = \
	src/cli/ask.c src/cli/ask.h \
	src/cli/command.c src/cli/command.h \
	src/cli/commands.def \
	src/cli/control.c src/cli/control.h \
	src/cli/doctor.c src/cli/doctor.h \
	src/cli/doctor_codex.c src/cli/doctor_codex.h \
	src/cli/findings.c src/cli/findings.h \
	src/cli/logs.c src/cli/logs.h \
	src/cli/models.c src/cli/models.h \
	src/cli/restart.c src/cli/restart.h \
	src/cli/status.c \
	src/cli/summary.c src/cli/summary.h \
	src/cli/usage.c src/cli/usage.h \
	src/cli/words.c src/cli/words.h

src_client_sources = \
	src/client/http_client.c src/client/http_client.h \
	src/client/running.c src/client/running.h

src_codex_sources = \
	src/codex/codex_catalog.c src/codex/codex_catalog.h \
	src/codex/codex_command.c src/codex/codex_command.h \
	src/codex/codex_error.c src/codex/codex_error.h \
	src/codex/codex_error_info.c \
	src/codex/codex_limits.c src/codex/codex_limits.h \
	src/codex/codex_stderr.c src/codex/codex_stderr.h \
	src/codex/codex_words.c src/codex/codex_words.h \
	src/codex/exec_events.c src/codex/exec_events.h \
	src/codex/exec_prompt.c src/codex/exec_prompt.h \
	src/codex/exec_reads.c src/codex/exec_reads.h \
	src/codex/tool_names.c src/codex/tool_names.h

src_conversation_sources = \
	src/conversation/chain.c src/conversation/chain.h \
	src/conversation/error.c src/conversation/error.def src/conversation/error.h \
	src/conversation/event.c src/conversation/event.h \
	src/conversation/fence_filter.c src/conversation/fence_filter.h \
	src/conversation/format.c src/conversation/format.h \
	src/conversation/generation.c src/conversation/generation.h \
	src/conversation/history.c src/conversation/history.h \
	src/conversation/item.c src/conversation/item.h \
	src/conversation/place.h \
	src/conversation/size.c src/conversation/size.h \
	src/conversation/size_classes.h src/conversation/size_weights.h \
	src/conversation/size_generation.c \
	src/conversation/size_generation.h \
	src/conversation/stop_filter.c src/conversation/stop_filter.h \
	src/conversation/usage.c src/conversation/usage.h

src_daemon_sources = \
	src/daemon/caution.c src/daemon/caution.h \
	src/daemon/descriptors.c src/daemon/descriptors.h \
	src/daemon/directories.c src/daemon/directories.h \
	src/daemon/drain.c src/daemon/drain.h \
	src/daemon/launch.c src/daemon/launch.h \
	src/daemon/log_file.c src/daemon/log_file.h \
	src/daemon/private_socket.c src/daemon/private_socket.h \
	src/daemon/progress.c src/daemon/progress.h \
	src/daemon/rehearsal.c src/daemon/rehearsal.h \
	src/daemon/reload.c src/daemon/reload.h \
	src/daemon/service.c src/daemon/service.h \
	src/daemon/signal_watch.c src/daemon/signal_watch.h \
	src/daemon/signals.c src/daemon/signals.h \
	src/daemon/state_file.c src/daemon/state_file.h

src_dialect_sources = \
	src/dialect/answer_text.c src/dialect/answer_text.h \
	src/dialect/dialect.c src/dialect/dialect.h \
	src/dialect/openai_choice.c src/dialect/openai_choice.h \
	src/dialect/openai_error.c src/dialect/openai_error.h \
	src/dialect/openai_fields.c src/dialect/openai_fields.h \
	src/dialect/openai_format.c src/dialect/openai_format.h \
	src/dialect/openai_object.c src/dialect/openai_object.h \
	src/dialect/openai_tools.c src/dialect/openai_tools.h \
	src/dialect/forced_call.c src/dialect/forced_call.h \
	src/dialect/reader.c src/dialect/reader.h \
	src/dialect/reply.c src/dialect/reply.h \
	src/dialect/session.c src/dialect/session.h \
	src/dialect/spending.c src/dialect/spending.h \
	src/dialect/sse.c src/dialect/sse.h

src_dialect_completions_sources = \
	src/dialect/completions/completions_dialect.c \
	src/dialect/completions/completions_dialect.h \
	src/dialect/completions/completions_form.h \
	src/dialect/completions/completions_read.c \
	src/dialect/completions/completions_read.h \
	src/dialect/completions/completions_reply.c \
	src/dialect/completions/completions_reply.h \
	src/dialect/completions/completions_stream.c \
	src/dialect/completions/completions_whole.c

src_dialect_chat_sources = \
	src/dialect/chat/chat_body.c src/dialect/chat/chat_body.h \
	src/dialect/chat/chat_calls.c \
	src/dialect/chat/chat_choice.c \
	src/dialect/chat/chat_chunk.c src/dialect/chat/chat_chunk.h \
	src/dialect/chat/chat_details.c src/dialect/chat/chat_details.h \
	src/dialect/chat/chat_dialect.c src/dialect/chat/chat_dialect.h \
	src/dialect/chat/chat_form.c src/dialect/chat/chat_form.h \
	src/dialect/chat/chat_messages.c \
	src/dialect/chat/chat_parse.h \
	src/dialect/chat/chat_read.c src/dialect/chat/chat_read.h \
	src/dialect/chat/chat_reply.c src/dialect/chat/chat_reply.h \
	src/dialect/chat/chat_stream.c src/dialect/chat/chat_stream.h \
	src/dialect/chat/chat_tools.c \
	src/dialect/chat/chat_whole.c src/dialect/chat/chat_whole.h

src_dialect_messages_sources = \
	src/dialect/messages/messages_blocks.c \
	src/dialect/messages/messages_dialect.c \
	src/dialect/messages/messages_dialect.h \
	src/dialect/messages/messages_error.c \
	src/dialect/messages/messages_error.h \
	src/dialect/messages/messages_flow.c \
	src/dialect/messages/messages_flow.h \
	src/dialect/messages/messages_form.c \
	src/dialect/messages/messages_form.h \
	src/dialect/messages/messages_history.c \
	src/dialect/messages/messages_id.c src/dialect/messages/messages_id.h \
	src/dialect/messages/messages_parse.h \
	src/dialect/messages/messages_read.c \
	src/dialect/messages/messages_read.h \
	src/dialect/messages/messages_reply.c \
	src/dialect/messages/messages_reply.h \
	src/dialect/messages/messages_stream.c \
	src/dialect/messages/messages_thinking.c \
	src/dialect/messages/messages_tools.c \
	src/dialect/messages/messages_whole.c

src_dialect_responses_sources = \
	src/dialect/responses/responses_choice.c \
	src/dialect/responses/responses_content.c \
	src/dialect/responses/responses_dialect.c \
	src/dialect/responses/responses_dialect.h \
	src/dialect/responses/responses_echo.c \
	src/dialect/responses/responses_events.c \
	src/dialect/responses/responses_events.h \
	src/dialect/responses/responses_form.h \
	src/dialect/responses/responses_items.c \
	src/dialect/responses/responses_object.c \
	src/dialect/responses/responses_object.h \
	src/dialect/responses/responses_kept.c \
	src/dialect/responses/responses_kept.h \
	src/dialect/responses/responses_output.c \
	src/dialect/responses/responses_output.h \
	src/dialect/responses/responses_parse.c \
	src/dialect/responses/responses_parse.h \
	src/dialect/responses/responses_read.c \
	src/dialect/responses/responses_read.h \
	src/dialect/responses/responses_record.c \
	src/dialect/responses/responses_record.h \
	src/dialect/responses/responses_reply.c \
	src/dialect/responses/responses_reply.h \
	src/dialect/responses/responses_tools.c

src_engine_sources = \
	src/engine/dispatch.c src/engine/dispatch.h \
	src/engine/engine.h \
	src/engine/engines.c src/engine/engines.h \
	src/engine/job.c src/engine/job.h

src_engine_child_sources = \
	src/engine/child/app_bounds.c src/engine/child/app_bounds.h \
	src/engine/child/app_child.c src/engine/child/app_child.h \
	src/engine/child/app_handshake.c src/engine/child/app_handshake.h \
	src/engine/child/app_pulse.c src/engine/child/app_pulse.h \
	src/engine/child/stderr_tail.c src/engine/child/stderr_tail.h

src_engine_exec_sources = \
	src/engine/exec/engine_exec.c src/engine/exec/engine_exec.h \
	src/engine/exec/exec_answer.c src/engine/exec/exec_answer.h \
	src/engine/exec/exec_files.c src/engine/exec/exec_files.h \
	src/engine/exec/exec_run.c src/engine/exec/exec_run.h

src_engine_pool_sources = \
	src/engine/pool/app_affinity.c src/engine/pool/app_affinity.h \
	src/engine/pool/app_jobs.c src/engine/pool/app_jobs.h \
	src/engine/pool/app_owner.c src/engine/pool/app_owner.h \
	src/engine/pool/app_pause.c src/engine/pool/app_pause.h \
	src/engine/pool/app_pool.c src/engine/pool/app_pool.h \
	src/engine/pool/app_probe.c src/engine/pool/app_probe.h \
	src/engine/pool/app_session.c src/engine/pool/app_session.h \
	src/engine/pool/app_turns.c src/engine/pool/app_turns.h \
	src/engine/pool/app_worker.c src/engine/pool/app_worker.h \
	src/engine/pool/engine_app_server.c src/engine/pool/engine_app_server.h

src_engine_setup_sources = \
	src/engine/setup/codex.c src/engine/setup/codex.h \
	src/engine/setup/codex_binary.c src/engine/setup/codex_binary.h \
	src/engine/setup/codex_home.c src/engine/setup/codex_home.h \
	src/engine/setup/codex_probe.c src/engine/setup/codex_probe.h \
	src/engine/setup/codex_reads.c src/engine/setup/codex_reads.h \
	src/engine/setup/codex_refusal.c src/engine/setup/codex_refusal.h \
	src/engine/setup/codex_setup.c src/engine/setup/codex_setup.h

src_engine_turn_sources = \
	src/engine/turn/app_answer.c src/engine/turn/app_answer.h \
	src/engine/turn/app_ask.c src/engine/turn/app_ask.h \
	src/engine/turn/app_calls.c src/engine/turn/app_calls.h \
	src/engine/turn/app_held.c src/engine/turn/app_held.h \
	src/engine/turn/app_keep.c src/engine/turn/app_keep.h \
	src/engine/turn/app_kept.c src/engine/turn/app_kept.h \
	src/engine/turn/app_match.c src/engine/turn/app_match.h \
	src/engine/turn/app_news.c src/engine/turn/app_news.h \
	src/engine/turn/app_order.c src/engine/turn/app_order.h \
	src/engine/turn/app_record.c src/engine/turn/app_record.h \
	src/engine/turn/app_spare.c src/engine/turn/app_spare.h \
	src/engine/turn/app_text.c src/engine/turn/app_text.h \
	src/engine/turn/app_turn.c src/engine/turn/app_turn.h

src_http_sources = \
	src/http/http_body.c src/http/http_body.h \
	src/http/http_connection.c src/http/http_connection.h \
	src/http/http_cors.c src/http/http_cors.h \
	src/http/http_exchange.c src/http/http_exchange.h \
	src/http/http_framing.c src/http/http_framing.h \
	src/http/http_guard.c src/http/http_guard.h \
	src/http/http_listen.c src/http/http_listen.h \
	src/http/http_park.c src/http/http_park.h \
	src/http/http_reply.c src/http/http_reply.h \
	src/http/http_request.c src/http/http_request.h \
	src/http/http_route.c src/http/http_route.h \
	src/http/http_server.c src/http/http_server.h \
	src/http/http_stream.c src/http/http_stream.h \
	src/http/http_target.c src/http/http_target.h \
	src/http/http_tls.c src/http/http_tls.h

src_image_sources = \
	src/image/base64.c src/image/base64.h \
	src/image/image_data.c src/image/image_data.h \
	src/image/image_format.h \
	src/image/image_gif.c \
	src/image/image_jpeg.c \
	src/image/image_png.c \
	src/image/image_webp.c

src_models_sources = \
	src/models/codex_models.c src/models/codex_models.h \
	src/models/model_name.c src/models/model_name.h

src_rpc_sources = \
	src/rpc/rpc_events.c src/rpc/rpc_events.h \
	src/rpc/rpc_images.c src/rpc/rpc_images.h \
	src/rpc/rpc_items.c src/rpc/rpc_items.h \
	src/rpc/rpc_line.c src/rpc/rpc_line.h \
	src/rpc/rpc_line_scan.c \
	src/rpc/rpc_line_table.h \
	src/rpc/rpc_line_tree.c \
	src/rpc/rpc_lost.c src/rpc/rpc_lost.h \
	src/rpc/rpc_requests.c src/rpc/rpc_requests.h \
	src/rpc/rpc_schemas.c src/rpc/rpc_schemas.h \
	src/rpc/rpc_tools.c src/rpc/rpc_tools.h

src_schema_sources = \
	src/schema/schema_check.c src/schema/schema_check.h \
	src/schema/schema_shape.c src/schema/schema_shape.h \
	src/schema/schema_ref.c src/schema/schema_ref.h \
	src/schema/strict_schema.c src/schema/strict_schema.h \
	src/schema/strict_types.c \
	src/schema/strict_walk.c src/schema/strict_walk.h

src_settings_sources = \
	src/settings/key_ring.c src/settings/key_ring.h \
	src/settings/settings.c src/settings/settings.def src/settings/settings.h \
	src/settings/settings_file.c src/settings/settings_file.h \
	src/settings/settings_path.c src/settings/settings_path.h

src_stats_sources = \
	src/stats/journal.c src/stats/journal.h \
	src/stats/journal_json.c \
	src/stats/latency.c src/stats/latency.h \
	src/stats/phases.def \
	src/stats/stats.c src/stats/stats.h \
	src/stats/stats_dialect.c src/stats/stats_dialect.h \
	src/stats/stats_engine.c src/stats/stats_engine.h \
	src/stats/stats_json.c \
	src/stats/stats_kept.c src/stats/stats_kept.h \
	src/stats/stats_prometheus.c

src_store_sources = \
	src/store/store.c src/store/store.h \
	src/store/store_answers.c src/store/store_answers.h \
	src/store/store_conversations.c src/store/store_conversations.h \
	src/store/store_db.c src/store/store_db.h \
	src/store/store_items.c src/store/store_items.h \
	src/store/store_open.c src/store/store_open.h \
	src/store/store_page.c src/store/store_page.h \
	src/store/store_rows.c src/store/store_rows.h \
	src/store/store_sql.def

src_libproxy_a_SOURCES = \
	$(src_api_sources) \
	$(src_api_aside_sources) $(src_api_page_sources) \
	$(src_api_store_sources) \
	$(src_cli_sources) \
	$(src_client_sources) \
	$(src_codex_sources) \
	$(src_conversation_sources) \
	$(src_daemon_sources) \
	$(src_dialect_sources) \
	$(src_dialect_chat_sources) \
	$(src_dialect_completions_sources) \
	$(src_dialect_messages_sources) \
	$(src_dialect_responses_sources) \
	$(src_engine_sources) \
	$(src_engine_child_sources) \
	$(src_engine_exec_sources) \
	$(src_engine_pool_sources) \
	$(src_engine_setup_sources) \
	$(src_engine_turn_sources) \
	$(src_http_sources) \
	$(src_image_sources) \
	$(src_models_sources) \
	$(src_rpc_sources) \
	$(src_schema_sources) \
	$(src_settings_sources) \
	$(src_stats_sources) \
	$(src_store_sources)

nodist_src_libproxy_a_SOURCES = src/api/page/page_files.c

PROXY_LIBS = src/libproxy.a lib/libcommon.a \
	$(MHD_LIBS) $(GNUTLS_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS)

bin_PROGRAMS += codex-api-proxy
codex_api_proxy_SOURCES = src/cli/main.c
codex_api_proxy_LDADD = $(PROXY_LIBS)

# Prints what is made of the option table: the rules are in doc/local.mk.
src_gen_option_docs_SOURCES = \
	src/cli/commands.def \
	src/gen/gen.c src/gen/gen.h \
	src/gen/gen_bash.c \
	src/gen/gen_list.c \
	src/gen/gen_man.c \
	src/gen/gen_zsh.c \
	src/gen/option_docs.c
src_gen_option_docs_LDADD = $(PROXY_LIBS)
