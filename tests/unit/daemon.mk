# What a daemon needs: pid file, notification, sockets, keys, saved options.
if HAVE_CHECK
check_PROGRAMS += tests/unit/check_pidfile \
	tests/unit/check_notify \
	tests/unit/check_listener \
	tests/unit/check_key_ring \
	tests/unit/check_progress \
	tests/unit/check_options_json
TESTS += tests/unit/check_pidfile \
	tests/unit/check_notify \
	tests/unit/check_listener \
	tests/unit/check_key_ring \
	tests/unit/check_progress \
	tests/unit/check_options_json

tests_unit_check_pidfile_SOURCES = tests/unit/check_pidfile.c \
	tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_pidfile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_pidfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_pidfile_LDADD = $(UNIT_LDADD)

tests_unit_check_notify_SOURCES = tests/unit/check_notify.c \
	tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_notify_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_notify_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_notify_LDADD = $(UNIT_LDADD)

tests_unit_check_listener_SOURCES = tests/unit/check_listener.c \
	tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_listener_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_listener_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_listener_LDADD = $(UNIT_LDADD)

tests_unit_check_key_ring_SOURCES = tests/unit/check_key_ring.c \
	tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_key_ring_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_key_ring_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_key_ring_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_progress_SOURCES = tests/unit/check_progress.c \
	src/app/progress.c src/app/progress.h tests/unit/unit.h
tests_unit_check_progress_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_progress_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_progress_LDADD = $(UNIT_LDADD)

tests_unit_check_options_json_SOURCES = tests/unit/check_options_json.c \
	tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_options_json_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_options_json_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_options_json_LDADD = src/libcore.a $(UNIT_LDADD)
endif
