# All of lib in one archive, room by room.
noinst_LIBRARIES += lib/libcommon.a

lib_base_sources = \
	lib/base/arena.c lib/base/arena.h \
	lib/base/banned.h \
	lib/base/buf.c lib/base/buf.h \
	lib/base/bufw.c lib/base/bufw.h \
	lib/base/clock.c lib/base/clock.h \
	lib/base/compiler.c lib/base/compiler.h \
	lib/base/hash.c lib/base/hash.h \
	lib/base/limits.h \
	lib/base/metrics.c lib/base/metrics.h \
	lib/base/parse.c lib/base/parse.h \
	lib/base/secret.c lib/base/secret.h \
	lib/base/strv.c lib/base/strv.h \
	lib/base/strvw.c lib/base/strvw.h \
	lib/base/text.h \
	lib/base/utf8.c lib/base/utf8.h

lib_json_sources = \
	lib/json/json_mend.c lib/json/json_mend.h \
	lib/json/json_scan.c lib/json/json_scan.h \
	lib/json/jsonl.c lib/json/jsonl.h \
	lib/json/jsonw.c lib/json/jsonw.h \
	lib/json/jsonx.c lib/json/jsonx.h

lib_options_sources = \
	lib/options/env_file.c lib/options/env_file.h \
	lib/options/nearest.c lib/options/nearest.h \
	lib/options/options.c lib/options/options.h \
	lib/options/options_json.c lib/options/options_json.h \
	lib/options/options_text.c

lib_system_sources = \
	lib/system/fdio.c lib/system/fdio.h \
	lib/system/guardian.c lib/system/guardian.h \
	lib/system/listener.c lib/system/listener.h \
	lib/system/log.c lib/system/log.h \
	lib/system/log_sink.c lib/system/log_sink.h \
	lib/system/memory.c lib/system/memory.h \
	lib/system/notify.c lib/system/notify.h \
	lib/system/orphans.c lib/system/orphans.h \
	lib/system/pidfd.c lib/system/pidfd.h \
	lib/system/pidfile.c lib/system/pidfile.h \
	lib/system/private_file.c lib/system/private_file.h \
	lib/system/process.c lib/system/process.h \
	lib/system/random_id.c lib/system/random_id.h \
	lib/system/root.c lib/system/root.h \
	lib/system/unix_socket.c lib/system/unix_socket.h

lib_thread_sources = \
	lib/thread/budget.h \
	lib/thread/channel.c lib/thread/channel.h \
	lib/thread/pace.c lib/thread/pace.h \
	lib/thread/queue.c lib/thread/queue.h \
	lib/thread/sync.c lib/thread/sync.h \
	lib/thread/thread.c lib/thread/thread.h \
	lib/thread/watch.c lib/thread/watch.h

lib_tls_sources = \
	lib/tls/digest.c lib/tls/digest.h \
	lib/tls/tls_cert.c lib/tls/tls_cert.h

lib_libcommon_a_SOURCES = \
	$(lib_base_sources) \
	$(lib_json_sources) \
	$(lib_options_sources) \
	$(lib_system_sources) \
	$(lib_thread_sources) \
	$(lib_tls_sources)
