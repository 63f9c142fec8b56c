dist_man1_MANS += doc/codex-api-proxy.1

EXTRA_DIST += \
	doc/ARCHITECTURE.md \
	doc/codex.md \
	doc/mhd.md \
	doc/threads.md
