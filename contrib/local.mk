# Scripts for people, and the checks on the sources that contrib/check runs.
EXTRA_DIST += \
	.ci/run \
	.gitignore \
	contrib/check \
	contrib/check_steps.sh \
	contrib/common.sh \
	contrib/quickstart \
	contrib/systemd/codex-api-proxy.service.in \
	contrib/systemd/codex-api-proxy@.service.in \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/rules \
	debian/source/format \
	tests/tree/check_check \
	tests/tree/check_docs \
	tests/tree/check_format \
	tests/tree/check_layers \
	tests/tree/check_man \
	tests/tree/check_scripts \
	tests/tree/check_sizes \
	tests/tree/check_symbols \
	tests/tree/check_text \
	tests/tree/tree.py

# For service managers, with the place where the program is installed.
systemd_units = \
	contrib/systemd/codex-api-proxy.service \
	contrib/systemd/codex-api-proxy@.service
nodist_systemduserunit_DATA = contrib/systemd/codex-api-proxy.service
dist_systemduserunit_DATA = contrib/systemd/codex-api-proxy.socket
nodist_systemdsystemunit_DATA = contrib/systemd/codex-api-proxy@.service
CLEANFILES += $(systemd_units)

$(systemd_units): Makefile
SUFFIXES = .service.in .service
.service.in.service:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@bindir[@]|$(bindir)|g' $< >$@.tmp && mv $@.tmp $@

# Examples for the programs around the server.
exampledir = $(docdir)/examples
logrotatedir = $(exampledir)/logrotate
dist_logrotate_DATA = contrib/logrotate/codex-api-proxy
haproxydir = $(exampledir)/haproxy
dist_haproxy_DATA = contrib/haproxy/haproxy.cfg
prometheusdir = $(exampledir)/prometheus
dist_prometheus_DATA = \
	contrib/prometheus/codex-api-proxy.rules.yml \
	contrib/prometheus/prometheus.yml
grafanadir = $(exampledir)/grafana
dist_grafana_DATA = contrib/grafana/codex-api-proxy.json
