# One archive a layer; higher layers come first when linking.
noinst_LIBRARIES += src/libcore.a src/libengine.a src/libhttp.a

src_libcore_a_SOURCES = \
	src/core/answer_format.c src/core/answer_format.h \
	src/core/api_error.c src/core/api_error.def src/core/api_error.h \
	src/core/app_events.c src/core/app_events.h \
	src/core/app_history.c src/core/app_history.h \
	src/core/app_images.c src/core/app_images.h \
	src/core/app_items.c src/core/app_items.h \
	src/core/app_line.c src/core/app_line.h src/core/app_line_table.h \
	src/core/app_line_scan.c src/core/app_line_tree.c \
	src/core/app_requests.c src/core/app_requests.h \
	src/core/app_schemas.c src/core/app_schemas.h \
	src/core/app_tools.c src/core/app_tools.h \
	src/core/chat_body.c src/core/chat_body.h \
	src/core/chat_chunk.c src/core/chat_chunk.h \
	src/core/chat_messages.c src/core/chat_parse.h \
	src/core/chat_reply.c src/core/chat_reply.h \
	src/core/chat_request.c src/core/chat_request.h \
	src/core/chat_tools.c \
	src/core/codex_catalog.c src/core/codex_catalog.h \
	src/core/codex_command.c src/core/codex_command.h \
	src/core/codex_error.c src/core/codex_error.h \
	src/core/codex_error_info.c \
	src/core/codex_limits.c src/core/codex_limits.h \
	src/core/codex_models.c src/core/codex_models.h \
	src/core/event.c src/core/event.h \
	src/core/exec_events.c src/core/exec_events.h \
	src/core/image_data.c src/core/image_data.h \
	src/core/image_format.h src/core/image_gif.c src/core/image_jpeg.c \
	src/core/image_png.c src/core/image_webp.c \
	src/core/key_ring.c src/core/key_ring.h \
	src/core/latency.c src/core/latency.h src/core/phases.def \
	src/core/prompt.c src/core/prompt.h \
	src/core/schema_check.c src/core/schema_check.h \
	src/core/schema_ref.c src/core/schema_ref.h \
	src/core/settings.c src/core/settings.def src/core/settings.h \
	src/core/stats.c src/core/stats.h \
	src/core/stats_engine.c src/core/stats_engine.h \
	src/core/stats_json.c src/core/stats_prometheus.c \
	src/core/stop_filter.c src/core/stop_filter.h \
	src/core/strict_schema.c src/core/strict_schema.h \
	src/core/strict_types.c \
	src/core/strict_walk.c src/core/strict_walk.h \
	src/core/tool_names.c src/core/tool_names.h

src_libengine_a_SOURCES = \
	src/engine/app_answer.c src/engine/app_answer.h \
	src/engine/app_ask.c src/engine/app_ask.h \
	src/engine/app_child.c src/engine/app_child.h \
	src/engine/app_handshake.c src/engine/app_handshake.h \
	src/engine/app_jobs.c src/engine/app_jobs.h \
	src/engine/app_pool.c src/engine/app_pool.h \
	src/engine/app_probe.c src/engine/app_probe.h \
	src/engine/app_pulse.c src/engine/app_pulse.h \
	src/engine/app_session.c src/engine/app_session.h \
	src/engine/app_spare.c src/engine/app_spare.h \
	src/engine/app_turn.c src/engine/app_turn.h \
	src/engine/app_worker.c src/engine/app_worker.h \
	src/engine/codex.c src/engine/codex.h \
	src/engine/codex_binary.c src/engine/codex_binary.h \
	src/engine/codex_home.c src/engine/codex_home.h \
	src/engine/codex_probe.c src/engine/codex_probe.h \
	src/engine/codex_setup.c src/engine/codex_setup.h \
	src/engine/dispatch.c src/engine/dispatch.h \
	src/engine/engine.h \
	src/engine/engine_app_server.c src/engine/engine_app_server.h \
	src/engine/engine_exec.c src/engine/engine_exec.h \
	src/engine/exec_answer.c src/engine/exec_answer.h \
	src/engine/exec_files.c src/engine/exec_files.h \
	src/engine/exec_run.c src/engine/exec_run.h \
	src/engine/job.c src/engine/job.h \
	src/engine/stderr_tail.c src/engine/stderr_tail.h

src_libhttp_a_SOURCES = \
	src/http/body_parser.c src/http/body_parser.h \
	src/http/chat_jobs.c src/http/chat_jobs.h \
	src/http/http_chat.c src/http/http_chat.h \
	src/http/http_cors.c src/http/http_cors.h \
	src/http/http_exchange.c src/http/http_exchange.h \
	src/http/http_guard.c src/http/http_guard.h \
	src/http/http_health.c src/http/http_health.h \
	src/http/http_listen.c src/http/http_listen.h \
	src/http/http_metrics.c src/http/http_metrics.h \
	src/http/http_models.c src/http/http_models.h \
	src/http/http_park.c src/http/http_park.h \
	src/http/http_reply.c src/http/http_reply.h \
	src/http/http_request.c src/http/http_request.h \
	src/http/http_route.c src/http/http_route.h \
	src/http/http_server.c src/http/http_server.h \
	src/http/http_stream.c src/http/http_stream.h \
	src/http/http_tls.c src/http/http_tls.h

bin_PROGRAMS += codex-api-proxy
codex_api_proxy_SOURCES = \
	src/app/command.c src/app/command.h \
	src/app/commands.def \
	src/app/control.c src/app/control.h \
	src/app/directories.c src/app/directories.h \
	src/app/doctor.c src/app/doctor.h \
	src/app/drain.c src/app/drain.h \
	src/app/http_get.c src/app/http_get.h \
	src/app/launch.c src/app/launch.h \
	src/app/log_file.c src/app/log_file.h \
	src/app/main.c \
	src/app/progress.c src/app/progress.h \
	src/app/signal_watch.c src/app/signal_watch.h \
	src/app/service.c src/app/service.h \
	src/app/state_file.c src/app/state_file.h \
	src/app/status.c \
	src/app/usage.c src/app/usage.h \
	src/app/words.c src/app/words.h
codex_api_proxy_LDADD = src/libhttp.a src/libengine.a src/libcore.a \
	lib/libruntime.a lib/libbase.a $(MHD_LIBS) $(GNUTLS_LIBS) $(JANSSON_LIBS)

# Prints what is made of the option table: the rules are in doc/local.mk.
src_gen_option_docs_SOURCES = \
	src/app/commands.def \
	src/gen/gen.c src/gen/gen.h \
	src/gen/gen_bash.c \
	src/gen/gen_list.c \
	src/gen/gen_man.c \
	src/gen/gen_zsh.c \
	src/gen/option_docs.c
src_gen_option_docs_LDADD = src/libcore.a lib/libruntime.a lib/libbase.a \
	$(JANSSON_LIBS)
