# unit/core

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_api_error
TESTS += tests/unit/check_api_error
tests_unit_check_api_error_SOURCES = tests/unit/check_api_error.c \
	tests/unit/oom.h tests/unit/unit.h
tests_unit_check_api_error_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_api_error_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_api_error_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_api_error_LDFLAGS = $(OOM_LDFLAGS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_event
TESTS += tests/unit/check_event
tests_unit_check_event_SOURCES = tests/unit/check_event.c \
	tests/unit/oom.h tests/unit/unit.h
tests_unit_check_event_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_event_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_event_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_event_LDFLAGS = $(OOM_LDFLAGS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_stop_filter
TESTS += tests/unit/check_stop_filter
tests_unit_check_stop_filter_SOURCES = tests/unit/check_stop_filter.c \
	tests/unit/oom.h tests/unit/random.h tests/unit/unit.h
tests_unit_check_stop_filter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_stop_filter_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_stop_filter_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_stop_filter_LDFLAGS = $(OOM_LDFLAGS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_chat_reply
TESTS += tests/unit/check_chat_reply
tests_unit_check_chat_reply_SOURCES = tests/unit/check_chat_reply.c \
	tests/unit/oom.h tests/unit/random.h tests/unit/reply_script.c \
	tests/unit/reply_script.h tests/unit/reply_seen.c \
	tests/unit/reply_seen.h tests/unit/unit.h
tests_unit_check_chat_reply_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_chat_reply_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_chat_reply_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_chat_reply_LDFLAGS = $(OOM_LDFLAGS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_exec_events
TESTS += tests/unit/check_exec_events
tests_unit_check_exec_events_SOURCES = tests/unit/check_exec_events.c \
	tests/unit/random.h tests/unit/unit.h
tests_unit_check_exec_events_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_exec_events_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_exec_events_LDADD = src/libcore.a $(UNIT_LDADD)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_codex_catalog
TESTS += tests/unit/check_codex_catalog
tests_unit_check_codex_catalog_SOURCES = tests/unit/check_codex_catalog.c \
	tests/unit/unit.h
tests_unit_check_codex_catalog_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_catalog_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_catalog_LDADD = src/libcore.a $(UNIT_LDADD)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_codex_models
TESTS += tests/unit/check_codex_models
tests_unit_check_codex_models_SOURCES = tests/unit/check_codex_models.c \
	tests/unit/unit.h
tests_unit_check_codex_models_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_models_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_models_LDADD = src/libcore.a $(UNIT_LDADD)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_prompt tests/unit/check_image_data \
	tests/unit/check_image_format \
	tests/unit/check_answer_format tests/unit/check_chat_request
TESTS += tests/unit/check_prompt tests/unit/check_image_data \
	tests/unit/check_image_format \
	tests/unit/check_answer_format tests/unit/check_chat_request

tests_unit_check_prompt_SOURCES = tests/unit/check_prompt.c \
	tests/unit/request.h tests/unit/unit.h
tests_unit_check_prompt_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_prompt_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_prompt_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_image_data_SOURCES = tests/unit/check_image_data.c \
	tests/unit/unit.h
tests_unit_check_image_data_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_image_data_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_image_data_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_image_format_SOURCES = tests/unit/check_image_format.c \
	tests/unit/image_samples.h tests/unit/unit.h
tests_unit_check_image_format_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_image_format_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_image_format_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_answer_format_SOURCES = tests/unit/check_answer_format.c \
	tests/unit/unit.h
tests_unit_check_answer_format_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_answer_format_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_answer_format_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_chat_request_SOURCES = tests/unit/check_chat_request.c \
	tests/unit/unit.h
tests_unit_check_chat_request_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_chat_request_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_chat_request_LDADD = src/libcore.a $(UNIT_LDADD)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_tool_names tests/unit/check_app_tools \
	tests/unit/check_app_images tests/unit/check_app_schemas \
	tests/unit/check_schema_check \
	tests/unit/check_app_items tests/unit/check_app_history \
	tests/unit/check_strict_schema
TESTS += tests/unit/check_tool_names tests/unit/check_app_tools \
	tests/unit/check_app_images tests/unit/check_app_schemas \
	tests/unit/check_schema_check \
	tests/unit/check_app_items tests/unit/check_app_history \
	tests/unit/check_strict_schema

tests_unit_check_tool_names_SOURCES = tests/unit/check_tool_names.c \
	tests/unit/request.h tests/unit/unit.h
tests_unit_check_tool_names_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_tool_names_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_tool_names_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_app_tools_SOURCES = tests/unit/check_app_tools.c \
	tests/unit/oom.h tests/unit/request.h tests/unit/unit.h
tests_unit_check_app_tools_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_tools_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_tools_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_app_tools_LDFLAGS = $(OOM_LDFLAGS)

tests_unit_check_app_images_SOURCES = tests/unit/check_app_images.c \
	tests/unit/request.h tests/unit/unit.h
tests_unit_check_app_images_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_images_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_images_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_app_schemas_SOURCES = tests/unit/check_app_schemas.c \
	tests/unit/request.h tests/unit/unit.h
tests_unit_check_app_schemas_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_schemas_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_schemas_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_schema_check_SOURCES = tests/unit/check_schema_check.c \
	tests/unit/request.h tests/unit/unit.h
tests_unit_check_schema_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_schema_check_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_schema_check_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_app_items_SOURCES = tests/unit/check_app_items.c \
	tests/unit/oom.h tests/unit/request.h tests/unit/unit.h
tests_unit_check_app_items_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_items_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_items_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_app_items_LDFLAGS = $(OOM_LDFLAGS)

tests_unit_check_app_history_SOURCES = tests/unit/check_app_history.c \
	tests/unit/oom.h tests/unit/request.h tests/unit/unit.h
tests_unit_check_app_history_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_history_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_history_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_app_history_LDFLAGS = $(OOM_LDFLAGS)

tests_unit_check_strict_schema_SOURCES = tests/unit/check_strict_schema.c \
	tests/unit/oom.h tests/unit/request.h tests/unit/unit.h
tests_unit_check_strict_schema_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_strict_schema_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_strict_schema_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_strict_schema_LDFLAGS = $(OOM_LDFLAGS)
endif
