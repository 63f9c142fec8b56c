EXTRA_DIST += \
	contrib/completions/codex-api-proxy.bash.in \
	contrib/completions/codex-api-proxy.zsh.in \
	doc/codex-api-proxy.1.in

# As README names them, from where it is installed itself.
docpagesdir = $(docdir)/doc
dist_doc_DATA = README.md NEWS
dist_docpages_DATA = \
	doc/ARCHITECTURE.md \
	doc/adding.md \
	doc/api.md \
	doc/building.md \
	doc/clients.md \
	doc/compatibility.md \
	doc/compatibility_messages.md \
	doc/compatibility_responses.md \
	doc/codex.md \
	doc/mhd.md \
	doc/operations.md \
	doc/options.md \
	doc/page.png \
	doc/performance.md \
	doc/security.md \
	doc/threads.md

# What the option table gives. It is in the tarball, since a cross build cannot
# run the program that makes it.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
dist_man1_MANS += doc/codex-api-proxy.1
dist_bashcomp_DATA = completions/codex-api-proxy
dist_zshcomp_DATA = completions/_codex-api-proxy

if CROSS_COMPILING

doc/codex-api-proxy.1 completions/codex-api-proxy completions/_codex-api-proxy:
	@echo "$@ is made by a program that a cross build cannot run;" \
		"build from a release tarball, or copy $@ from a native build" >&2
	@exit 1

else

noinst_PROGRAMS += src/gen/option_docs
CLEANFILES += doc/codex-api-proxy.1 completions/codex-api-proxy \
	completions/_codex-api-proxy

# $(FILL) FORMAT TEMPLATE RESULT
FILL = fill() { $(MKDIR_P) "$${3%/*}" && \
	src/gen/option_docs$(EXEEXT) "$$1" "$$2" >"$$3.tmp" && \
	mv -f "$$3.tmp" "$$3"; }; fill

doc/codex-api-proxy.1: doc/codex-api-proxy.1.in src/gen/option_docs$(EXEEXT)
	$(AM_V_GEN)$(FILL) man $(srcdir)/doc/codex-api-proxy.1.in $@

completions/codex-api-proxy: contrib/completions/codex-api-proxy.bash.in \
	src/gen/option_docs$(EXEEXT)
	$(AM_V_GEN)$(FILL) bash \
		$(srcdir)/contrib/completions/codex-api-proxy.bash.in $@

completions/_codex-api-proxy: contrib/completions/codex-api-proxy.zsh.in \
	src/gen/option_docs$(EXEEXT)
	$(AM_V_GEN)$(FILL) zsh \
		$(srcdir)/contrib/completions/codex-api-proxy.zsh.in $@

endif
