# The app-server engine and what of src/core is its alone.
if HAVE_CHECK
APP_TESTS = \
	tests/unit/check_app_events \
	tests/unit/check_app_line \
	tests/unit/check_app_requests \
	tests/unit/check_codex_error_info \
	tests/unit/check_codex_limits \
	tests/unit/check_app_answer \
	tests/unit/check_app_pool \
	tests/unit/check_app_pulse \
	tests/unit/check_app_session \
	tests/unit/check_app_spare \
	tests/unit/check_app_turn \
	tests/unit/check_app_worker \
	tests/unit/check_codex_setup \
	tests/unit/check_job
check_PROGRAMS += $(APP_TESTS)
TESTS += $(APP_TESTS)

tests_unit_check_app_events_SOURCES = \
	tests/unit/check_app_events.c \
	tests/unit/app_lines.h \
	tests/unit/damage.h \
	tests/unit/oom.h \
	tests/unit/random.h \
	tests/unit/unit.h
tests_unit_check_app_events_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_events_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_events_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_app_events_LDFLAGS = $(OOM_LDFLAGS)

tests_unit_check_app_line_SOURCES = \
	tests/unit/check_app_line.c \
	tests/unit/app_lines.h \
	tests/unit/damage.h \
	tests/unit/random.h \
	tests/unit/same_line.h \
	tests/unit/unit.h
tests_unit_check_app_line_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_line_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_line_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_app_requests_SOURCES = \
	tests/unit/check_app_requests.c \
	tests/unit/oom.h \
	tests/unit/unit.h
tests_unit_check_app_requests_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_requests_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_requests_LDADD = src/libcore.a $(UNIT_LDADD)
tests_unit_check_app_requests_LDFLAGS = $(OOM_LDFLAGS)

tests_unit_check_codex_error_info_SOURCES = \
	tests/unit/check_codex_error_info.c \
	tests/unit/unit.h
tests_unit_check_codex_error_info_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_error_info_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_error_info_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_codex_limits_SOURCES = \
	tests/unit/check_codex_limits.c \
	tests/unit/unit.h
tests_unit_check_codex_limits_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_limits_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_limits_LDADD = src/libcore.a $(UNIT_LDADD)

tests_unit_check_app_answer_SOURCES = \
	tests/unit/check_app_answer.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/app_lines.h \
	tests/unit/random.h \
	tests/unit/unit.h
tests_unit_check_app_answer_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_answer_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_answer_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_app_pool_SOURCES = \
	tests/unit/check_app_pool.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/random.h \
	tests/unit/unit.h
tests_unit_check_app_pool_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_pool_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_pool_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)
tests_unit_check_app_pool_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=dispatch_take

tests_unit_check_app_pulse_SOURCES = \
	tests/unit/check_app_pulse.c \
	tests/unit/unit.h
tests_unit_check_app_pulse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_pulse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_pulse_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_app_session_SOURCES = \
	tests/unit/check_app_session.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/app_lines.h \
	tests/unit/app_rig.c \
	tests/unit/app_rig.h \
	tests/unit/app_script.h \
	tests/unit/child.h \
	tests/unit/scratch.h \
	tests/unit/unit.h
tests_unit_check_app_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_session_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_session_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_app_spare_SOURCES = \
	tests/unit/check_app_spare.c \
	tests/unit/unit.h
tests_unit_check_app_spare_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_spare_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_spare_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_app_turn_SOURCES = \
	tests/unit/check_app_turn.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/app_lines.h \
	tests/unit/random.h \
	tests/unit/turn_rig.c \
	tests/unit/turn_rig.h \
	tests/unit/unit.h
tests_unit_check_app_turn_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_turn_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_turn_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_app_worker_SOURCES = \
	tests/unit/check_app_worker.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/app_lines.h \
	tests/unit/app_script.h \
	tests/unit/child.h \
	tests/unit/scratch.h \
	tests/unit/unit.h
tests_unit_check_app_worker_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_app_worker_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_app_worker_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)

tests_unit_check_codex_setup_SOURCES = \
	tests/unit/check_codex_setup.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/scratch.h \
	tests/unit/unit.h
tests_unit_check_codex_setup_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_codex_setup_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_codex_setup_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)
tests_unit_check_codex_setup_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_now

tests_unit_check_job_SOURCES = \
	tests/unit/check_job.c \
	tests/unit/app_job.c \
	tests/unit/app_job.h \
	tests/unit/unit.h
tests_unit_check_job_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_job_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_job_LDADD = src/libengine.a src/libcore.a \
	$(UNIT_LDADD)
endif
