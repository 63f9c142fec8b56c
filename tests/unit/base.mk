# lib/base: one program a module.
if HAVE_CHECK

# See tests/unit/oom.h.
OOM_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

check_PROGRAMS += tests/unit/check_base64
TESTS += tests/unit/check_base64
tests_unit_check_base64_SOURCES = tests/unit/check_base64.c \
	tests/unit/random.h tests/unit/unit.h
tests_unit_check_base64_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_base64_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_base64_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_buf
TESTS += tests/unit/check_buf
tests_unit_check_buf_SOURCES = tests/unit/check_buf.c \
	tests/unit/oom.h tests/unit/random.h tests/unit/unit.h
tests_unit_check_buf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_buf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_buf_LDADD = $(UNIT_LDADD)
tests_unit_check_buf_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_clock
TESTS += tests/unit/check_clock
tests_unit_check_clock_SOURCES = tests/unit/check_clock.c tests/unit/unit.h
tests_unit_check_clock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_clock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_clock_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_compiler
TESTS += tests/unit/check_compiler
tests_unit_check_compiler_SOURCES = tests/unit/check_compiler.c \
	tests/unit/unit.h
tests_unit_check_compiler_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_compiler_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_compiler_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_json_scan
TESTS += tests/unit/check_json_scan
tests_unit_check_json_scan_SOURCES = tests/unit/check_json_scan.c \
	tests/unit/random.h tests/unit/unit.h
tests_unit_check_json_scan_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_json_scan_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_json_scan_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_jsonl
TESTS += tests/unit/check_jsonl
tests_unit_check_jsonl_SOURCES = tests/unit/check_jsonl.c \
	tests/unit/oom.h tests/unit/random.h tests/unit/unit.h
tests_unit_check_jsonl_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_jsonl_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_jsonl_LDADD = $(UNIT_LDADD)
tests_unit_check_jsonl_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_jsonw
TESTS += tests/unit/check_jsonw
tests_unit_check_jsonw_SOURCES = tests/unit/check_jsonw.c \
	tests/unit/oom.h tests/unit/random.h tests/unit/unit.h
tests_unit_check_jsonw_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_jsonw_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_jsonw_LDADD = $(UNIT_LDADD)
tests_unit_check_jsonw_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_jsonx
TESTS += tests/unit/check_jsonx
tests_unit_check_jsonx_SOURCES = tests/unit/check_jsonx.c \
	tests/unit/oom.h tests/unit/unit.h
tests_unit_check_jsonx_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_jsonx_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_jsonx_LDADD = $(UNIT_LDADD)
tests_unit_check_jsonx_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_log
TESTS += tests/unit/check_log
tests_unit_check_log_SOURCES = tests/unit/check_log.c tests/unit/unit.h
tests_unit_check_log_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_log_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_log_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_options
TESTS += tests/unit/check_options
tests_unit_check_options_SOURCES = tests/unit/check_options.c \
	tests/unit/oom.h tests/unit/unit.h
tests_unit_check_options_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_options_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_options_LDADD = $(UNIT_LDADD)
tests_unit_check_options_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_parse
TESTS += tests/unit/check_parse
tests_unit_check_parse_SOURCES = tests/unit/check_parse.c tests/unit/unit.h
tests_unit_check_parse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_parse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_parse_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_secret
TESTS += tests/unit/check_secret
tests_unit_check_secret_SOURCES = tests/unit/check_secret.c tests/unit/unit.h
tests_unit_check_secret_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_secret_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_secret_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_sse
TESTS += tests/unit/check_sse
tests_unit_check_sse_SOURCES = tests/unit/check_sse.c tests/unit/unit.h
tests_unit_check_sse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_sse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_sse_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/check_strv
TESTS += tests/unit/check_strv
tests_unit_check_strv_SOURCES = tests/unit/check_strv.c \
	tests/unit/oom.h tests/unit/unit.h
tests_unit_check_strv_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_strv_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_strv_LDADD = $(UNIT_LDADD)
tests_unit_check_strv_LDFLAGS = $(OOM_LDFLAGS)

check_PROGRAMS += tests/unit/check_utf8
TESTS += tests/unit/check_utf8
tests_unit_check_utf8_SOURCES = tests/unit/check_utf8.c \
	tests/unit/random.h tests/unit/unit.h
tests_unit_check_utf8_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_utf8_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_utf8_LDADD = $(UNIT_LDADD)

endif
