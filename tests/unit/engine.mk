# Of src/core what hangs on the settings, and src/engine.
if HAVE_CHECK
check_PROGRAMS += tests/unit/check_settings tests/unit/check_settings_rows \
	tests/unit/check_codex_command \
	tests/unit/check_codex_error tests/unit/check_dispatch \
	tests/unit/check_codex_binary
TESTS += tests/unit/check_settings tests/unit/check_settings_rows \
	tests/unit/check_codex_command \
	tests/unit/check_codex_error tests/unit/check_dispatch \
	tests/unit/check_codex_binary

tests_unit_check_settings_SOURCES = tests/unit/check_settings.c \
	tests/unit/unit.h
tests_unit_check_settings_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_settings_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_settings_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_settings_rows_SOURCES = tests/unit/check_settings_rows.c \
	tests/unit/unit.h
tests_unit_check_settings_rows_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_settings_rows_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_settings_rows_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_codex_command_SOURCES = tests/unit/check_codex_command.c \
	tests/unit/unit.h
tests_unit_check_codex_command_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_command_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_command_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_codex_error_SOURCES = tests/unit/check_codex_error.c \
	tests/unit/unit.h
tests_unit_check_codex_error_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_error_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_error_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_dispatch_SOURCES = tests/unit/check_dispatch.c \
	tests/unit/unit.h
tests_unit_check_dispatch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_dispatch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_dispatch_LDADD = src/libengine.a src/libcore.a $(UNIT_LDADD)

tests_unit_check_codex_binary_SOURCES = tests/unit/check_codex_binary.c \
	tests/unit/unit.h
tests_unit_check_codex_binary_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_binary_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_binary_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)
endif
