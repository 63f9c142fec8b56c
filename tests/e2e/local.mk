# Run by tests/e2e/run, which contrib/check calls; not by "make check".
EXTRA_DIST += \
	tests/e2e/.npmrc \
	tests/e2e/app_end.test.mjs \
	tests/e2e/app_exact.test.mjs \
	tests/e2e/app_fields.test.mjs \
	tests/e2e/app_isolation.test.mjs \
	tests/e2e/app_many.test.mjs \
	tests/e2e/app_ready.test.mjs \
	tests/e2e/app_stream.test.mjs \
	tests/e2e/app_supervision.test.mjs \
	tests/e2e/app_tools.test.mjs \
	tests/e2e/cli.test.mjs \
	tests/e2e/counters.test.mjs \
	tests/e2e/cycles.test.mjs \
	tests/e2e/cwd.test.mjs \
	tests/e2e/daemon.test.mjs \
	tests/e2e/drain.test.mjs \
	tests/e2e/errors.test.mjs \
	tests/e2e/exec_fields.test.mjs \
	tests/e2e/fake_app_server.test.mjs \
	tests/e2e/faults.test.mjs \
	tests/e2e/fields.test.mjs \
	tests/e2e/hangup.test.mjs \
	tests/e2e/haproxy.test.mjs \
	tests/e2e/http_surface.test.mjs \
	tests/e2e/isolation.test.mjs \
	tests/e2e/leaks.test.mjs \
	tests/e2e/lib/app_server.mjs \
	tests/e2e/lib/child.mjs \
	tests/e2e/lib/complete.bash \
	tests/e2e/lib/complete.zsh \
	tests/e2e/lib/daemon.mjs \
	tests/e2e/lib/env.mjs \
	tests/e2e/lib/http.mjs \
	tests/e2e/lib/latency.mjs \
	tests/e2e/lib/passed.mjs \
	tests/e2e/lib/items.mjs \
	tests/e2e/lib/markers.mjs \
	tests/e2e/lib/proc.mjs \
	tests/e2e/lib/prometheus.mjs \
	tests/e2e/lib/proxy.mjs \
	tests/e2e/lib/raw.mjs \
	tests/e2e/lib/sim.mjs \
	tests/e2e/lib/tools.mjs \
	tests/e2e/lib/tls.mjs \
	tests/e2e/lib/wait.mjs \
	tests/e2e/listen.test.mjs \
	tests/e2e/logrotate.test.mjs \
	tests/e2e/metrics_log.test.mjs \
	tests/e2e/openai_client.test.mjs \
	tests/e2e/options.test.mjs \
	tests/e2e/operations_doc.test.mjs \
	tests/e2e/package-lock.json \
	tests/e2e/package.json \
	tests/e2e/preparing.test.mjs \
	tests/e2e/progress.test.mjs \
	tests/e2e/prometheus.test.mjs \
	tests/e2e/run \
	tests/e2e/secrets.test.mjs \
	tests/e2e/sse_wire.test.mjs \
	tests/e2e/systemd.test.mjs \
	tests/e2e/timeouts.test.mjs \
	tests/e2e/tls.test.mjs \
	tests/e2e/tls_operator.test.mjs

# Longer than every run can wait for.
.PHONY: stress
stress: all tests/sim/sim_model$(EXEEXT) tests/sim/fake_codex$(EXEEXT)
	E2E_CYCLES=1000 $(srcdir)/tests/e2e/run --build . --timeout 7200 cycles
