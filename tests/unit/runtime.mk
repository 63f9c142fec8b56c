# One program or more for each module of lib/runtime.
if HAVE_CHECK
check_PROGRAMS += \
	tests/unit/check_capture \
	tests/unit/check_channel \
	tests/unit/check_fdio \
	tests/unit/check_guardian \
	tests/unit/check_metrics \
	tests/unit/check_private_file \
	tests/unit/check_process \
	tests/unit/check_queue \
	tests/unit/check_random_id \
	tests/unit/check_root \
	tests/unit/check_sync \
	tests/unit/check_tls_cert \
	tests/unit/check_tls_client \
	tests/unit/check_watch \
	tests/unit/check_watch_stress
TESTS += \
	tests/unit/check_capture \
	tests/unit/check_channel \
	tests/unit/check_fdio \
	tests/unit/check_guardian \
	tests/unit/check_metrics \
	tests/unit/check_private_file \
	tests/unit/check_process \
	tests/unit/check_queue \
	tests/unit/check_random_id \
	tests/unit/check_root \
	tests/unit/check_sync \
	tests/unit/check_tls_cert \
	tests/unit/check_tls_client \
	tests/unit/check_watch \
	tests/unit/check_watch_stress

tests_unit_check_capture_SOURCES = \
	tests/unit/check_capture.c \
	tests/unit/unit.h \
	tests/unit/child.h
tests_unit_check_capture_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_capture_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_capture_LDADD = $(UNIT_LDADD)

tests_unit_check_channel_SOURCES = \
	tests/unit/check_channel.c \
	tests/unit/unit.h
tests_unit_check_channel_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_channel_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_channel_LDADD = $(UNIT_LDADD)

tests_unit_check_fdio_SOURCES = \
	tests/unit/check_fdio.c \
	tests/unit/unit.h \
	tests/unit/scratch.h
tests_unit_check_fdio_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_fdio_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_fdio_LDADD = $(UNIT_LDADD)

tests_unit_check_guardian_SOURCES = \
	tests/unit/check_guardian.c \
	tests/unit/unit.h
tests_unit_check_guardian_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_guardian_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_guardian_LDADD = $(UNIT_LDADD)

tests_unit_check_metrics_SOURCES = \
	tests/unit/check_metrics.c \
	tests/unit/unit.h
tests_unit_check_metrics_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_metrics_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_metrics_LDADD = $(UNIT_LDADD)

tests_unit_check_private_file_SOURCES = \
	tests/unit/check_private_file.c \
	tests/unit/unit.h \
	tests/unit/scratch.h
tests_unit_check_private_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_private_file_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_private_file_LDADD = $(UNIT_LDADD)

tests_unit_check_process_SOURCES = \
	tests/unit/check_process.c \
	tests/unit/unit.h \
	tests/unit/scratch.h \
	tests/unit/child.h
tests_unit_check_process_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_process_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_process_LDADD = $(UNIT_LDADD)

tests_unit_check_queue_SOURCES = \
	tests/unit/check_queue.c \
	tests/unit/unit.h
tests_unit_check_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_queue_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_queue_LDADD = $(UNIT_LDADD)

tests_unit_check_random_id_SOURCES = \
	tests/unit/check_random_id.c \
	tests/unit/unit.h
tests_unit_check_random_id_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_random_id_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_random_id_LDADD = $(UNIT_LDADD)

tests_unit_check_root_SOURCES = \
	tests/unit/check_root.c \
	tests/unit/unit.h \
	tests/unit/scratch.h
tests_unit_check_root_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_root_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_root_LDADD = $(UNIT_LDADD)

tests_unit_check_sync_SOURCES = tests/unit/check_sync.c tests/unit/unit.h
tests_unit_check_sync_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_sync_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_sync_LDADD = $(UNIT_LDADD)

tests_unit_check_tls_cert_SOURCES = \
	tests/unit/check_tls_cert.c \
	tests/unit/unit.h \
	tests/unit/scratch.h \
	tests/unit/tls_files.h
tests_unit_check_tls_cert_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_tls_cert_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_tls_cert_LDADD = $(UNIT_LDADD) $(GNUTLS_LIBS)

tests_unit_check_tls_client_SOURCES = \
	tests/unit/check_tls_client.c \
	tests/unit/unit.h \
	tests/unit/scratch.h \
	tests/unit/tls_files.h
tests_unit_check_tls_client_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_tls_client_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_tls_client_LDADD = $(UNIT_LDADD) $(GNUTLS_LIBS)

tests_unit_check_watch_SOURCES = \
	tests/unit/check_watch.c \
	tests/unit/unit.h \
	tests/unit/watch_client.h
tests_unit_check_watch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_watch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_watch_LDADD = $(UNIT_LDADD)

tests_unit_check_watch_stress_SOURCES = \
	tests/unit/check_watch_stress.c \
	tests/unit/unit.h \
	tests/unit/watch_client.h
tests_unit_check_watch_stress_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_watch_stress_CFLAGS = $(UNIT_CFLAGS)
tests_unit_check_watch_stress_LDADD = $(UNIT_LDADD)
endif
