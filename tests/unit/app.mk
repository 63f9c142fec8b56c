# The app-server engine and what of src/core is its alone.
if HAVE_CHECK
APP_TESTS = \
	tests/unit/check_app_events
check_PROGRAMS += $(APP_TESTS)
TESTS += $(APP_TESTS)

tests_unit_check_app_events_SOURCES = \
	tests/unit/check_app_events.c \
	tests/unit/app_lines.h \
	tests/unit/random.h \
	tests/unit/unit.h
tests_unit_check_app_events_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_events_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_events_LDADD = src/libcore.a $(UNIT_LDADD)
endif
