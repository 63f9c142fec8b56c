# Two archives, the lower layer last when linking.
noinst_LIBRARIES += lib/libbase.a lib/libruntime.a

lib_libbase_a_SOURCES = \
	lib/base/banned.h \
	lib/base/base64.c lib/base/base64.h \
	lib/base/buf.c lib/base/buf.h \
	lib/base/clock.c lib/base/clock.h \
	lib/base/compiler.c lib/base/compiler.h \
	lib/base/json_scan.c lib/base/json_scan.h \
	lib/base/jsonl.c lib/base/jsonl.h \
	lib/base/jsonw.c lib/base/jsonw.h \
	lib/base/jsonx.c lib/base/jsonx.h \
	lib/base/log.c lib/base/log.h \
	lib/base/options.c lib/base/options_text.c lib/base/options.h \
	lib/base/options_json.c lib/base/options_json.h \
	lib/base/parse.c lib/base/parse.h \
	lib/base/secret.c lib/base/secret.h \
	lib/base/sse.c lib/base/sse.h \
	lib/base/strv.c lib/base/strv.h \
	lib/base/utf8.c lib/base/utf8.h

lib_libruntime_a_SOURCES = \
	lib/runtime/channel.c lib/runtime/channel.h \
	lib/runtime/fdio.c lib/runtime/fdio.h \
	lib/runtime/guardian.c lib/runtime/guardian.h \
	lib/runtime/listener.c lib/runtime/listener.h \
	lib/runtime/metrics.c lib/runtime/metrics.h \
	lib/runtime/notify.c lib/runtime/notify.h \
	lib/runtime/pidfile.c lib/runtime/pidfile.h \
	lib/runtime/private_file.c lib/runtime/private_file.h \
	lib/runtime/process.c lib/runtime/process.h \
	lib/runtime/queue.c lib/runtime/queue.h \
	lib/runtime/random_id.c lib/runtime/random_id.h \
	lib/runtime/root.c lib/runtime/root.h \
	lib/runtime/sync.c lib/runtime/sync.h \
	lib/runtime/tls_cert.c lib/runtime/tls_cert.h \
	lib/runtime/tls_client.c lib/runtime/tls_client.h \
	lib/runtime/watch.c lib/runtime/watch.h
