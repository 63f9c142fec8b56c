# shellcheck shell=bash
# What contrib/check does in each step. Sourced; expects `top` (the source
# tree), `work` (where builds are), `install`, and common.sh; in a step `step`
# is its name.

jobs=$(nproc)
# End-to-end tests mostly wait, for Codex and for what is to be late.
e2e_jobs=$((jobs * 2))
# What only has to be done some time makes way for what measures time.
behind=(nice -n 15)
# Oldest Node.js whose test runner has what the end-to-end tests use, and what
# is installed (for this run alone) where there is none.
node_oldest=20
node_package=node@22.23.3
fuzz_seconds=5
# Unit tests that measure time; they run one at a time, after the others.
measuring='/check_(capture|clock|process|queue|sync|watch|watch_stress)$'
# Of the end-to-end tests those of contrib/check quick.
e2e_quick=(app_calls app_end app_isolation app_tools catalog cli counters cycles
  daemon errors exec_fields fake_app_server hangup http_surface images isolation
  listen openai_client secrets sse_wire)
# Those that are run with sanitizers, too.
e2e_memory=(app_dead_children app_end app_kept app_kept_faults app_odd_lines
  app_stream app_supervision app_tools faults http_surface hangup sse_wire leaks
  tls tls_operator)
# Some of both wait for nothing but the bounds that an app-server has: with
# sanitizers these are shorter. Without, all tests have the bounds as shipped.
e2e_hasty=(app_dead_children app_supervision)
e2e_threads=(app_end app_kept_random app_many app_supervision hangup sse_wire
  timeouts drain cycles tls tls_operator)
# Where it may matter that Codex, with its built-in provider, comes to the model's
# server over a WebSocket: what goes upstream, what is told of it, and its end.
e2e_websocket=(app_bad_ends app_calls app_end app_exact app_fields app_forced
  app_kept app_kept_random app_reasoning app_spare app_stream errors hangup)
# Older versions of Codex, and the end-to-end tests of the engine that each is
# tested for: what Codex says and does, not what the server does by itself.
versions_exec=(0.122.0)
# What exec's agent reads is tested on all: denying begins with 0.154.0.
e2e_exec=(errors exec_fields exec_reads fields hangup images isolation
  openai_client sse_wire)
versions_app_server=(0.154.0 0.162.0)
e2e_app_server=(app_end app_exact app_fields app_forced app_isolation app_many
  app_ready app_stream app_tools app_traps errors exec_reads fields hangup images
  isolation openai_client sse_wire)

# ---- counting ----

# count PASSED FAILED: adds to the running step's tests.
count() {
  printf '%s %s\n' "$1" "$2" >>"$work/counts/$step"
}

# note TEXT: is told again at the end.
note() {
  say "NOTE: $1"
  printf '%s\n' "$1" >>"$work/results/$step.notes"
}

# expect WHAT COMMAND...: one test.
expect() {
  local what=$1
  shift
  if "$@"; then
    count 1 0
  else
    say "FAILED: $what"
    count 0 1
  fi
}

# Programs that end with "NAME: N passed, N failed".
count_line() {
  local line pattern='^[^ ]+: ([0-9]+) passed, ([0-9]+) failed$'

  line=$(grep -E "$pattern" "$1" | tail -n 1)
  [[ $line =~ $pattern ]] || return 1
  count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# Check's "100%: Checks: 12, Failures: 0, Errors: 0".
count_checks() {
  local line bad
  local pattern='^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$'

  line=$(grep -E "$pattern" "$1" | tail -n 1)
  [[ $line =~ $pattern ]] || return 1
  bad=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
  count $((BASH_REMATCH[1] - bad)) "$bad"
}

# count_unit DIR TEST: what is known of one after "make check". One that has
# left nothing did not run, which is a failure.
count_unit() {
  local log=$1/$2.log result

  result=$(sed -n 's/^:test-result: //p' "$1/$2.trs" 2>/dev/null | head -n 1)
  if [ "$result" != PASS ]; then
    say "FAILED: $2: $(grep -m 1 -E ':[FE]:' "$log" 2>/dev/null)"
    tail -n 40 "$log" || true
  fi
  # "Passed" alone, or a failure that has not been counted.
  if ! count_checks "$log" && ! count_line "$log"; then
    expect "$2" [ "$result" = PASS ]
  elif [ "$result" != PASS ] && ! tail -n 1 "$work/counts/$step" |
    grep -q ' [1-9]'; then
    count 0 1
  fi
}

# ---- builds ----

compiler_packages=(build-essential autoconf automake pkg-config
  libmicrohttpd-dev libgnutls28-dev libjansson-dev libsqlite3-dev check
  ca-certificates)
e2e_packages=(bash curl git jq mandoc openssl procps python3 systemd util-linux
  zsh)
tree_packages=(binutils git mandoc python3 shellcheck)

# known NAME...: of these Debian packages those that this system has.
known() {
  local name

  for name; do
    if [ -n "$(apt-cache search --names-only "^$name\$" 2>/dev/null)" ] ||
      have_package "$name"; then
      printf '%s\n' "$name"
    fi
  done
}

# Nobody can be asked for a password later, when the lanes run.
ask_password() {
  local name

  [ "$(id -u)" -ne 0 ] && [ "$install" = yes ] || return 0
  command -v dpkg-query >/dev/null || return 0
  for name in "${compiler_packages[@]}" "${e2e_packages[@]}" \
    "${tree_packages[@]}" clang; do
    if ! have_package "$name"; then
      as_root true
      return
    fi
  done
}

# locked NAME COMMAND...: only one lane at a time; the other then finds it done.
locked() {
  local name=$1
  shift
  {
    flock 9
    "$@" 9>&-
  } 9>"$work/locks/$name"
}

# Compiles nothing again that has been, in another checkout either. Good to
# have, but not needed.
need_ccache() {
  if [ "$install" = yes ] && ! command -v ccache >/dev/null; then
    (need_packages ccache) || say "There is no ccache; it goes without."
  fi
}

prepare_locked() {
  need_packages "${compiler_packages[@]}" "$@"
  need_ccache
  bootstrap_tree
}

prepare() {
  locked prepare prepare_locked "$@"
  ccache=
  if command -v ccache >/dev/null; then
    ccache="ccache "
    export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
  fi
}

# configure_build NAME COMPILER ARG...
configure_build() {
  locked "$1" configure_tree "$work/$1" CC="$ccache$2" "${@:3}"
}

# make_build NAME TARGET...
make_build() {
  locked "$1" "${behind[@]}" make -s -C "$work/$1" -j "$jobs" V=1 "${@:2}"
}

# The programs that end-to-end tests need, and those of "make check".
build_programs() {
  # Not with "all" in one call, which makes the same archives in a make below.
  make_build "$1" all
  make_build "$1" tests/sim/sim_model tests/sim/fake_codex \
    tests/sim/hasty_proxy tests/sim/slow_proxy
}

build_tests() {
  make_build "$1" check TESTS=
}

configure_plain() {
  prepare
  configure_build plain gcc --enable-werror
}

configure_asan() {
  prepare
  configure_build asan gcc --enable-werror \
    --enable-sanitizers=address,undefined CFLAGS='-O1 -g'
}

configure_tsan() {
  prepare util-linux
  configure_build tsan gcc --enable-sanitizers=thread CFLAGS='-O1 -g'
  # By default it sleeps for a second at every exit.
  export TSAN_OPTIONS=halt_on_error=1:atexit_sleep_ms=0
}

# inner COMMAND...: one of the functions here, in this script started again
# where the kernel does not spread addresses wider than the sanitizer of gcc 12
# can take. A program of the build runs in it, too.
inner() {
  local without=(setarch "$(uname -m)" -R)

  "${without[@]}" true 2>/dev/null || without=()
  "${without[@]}" "$0" --inner "$@"
}

# What inner has started.
run_inner() {
  step=$CHECK_STEP
  "$@"
}

# ---- unit tests ----

# make_value NAME VARIABLE: of its makefile, which is brought up to date before:
# what that says is no value.
make_value() {
  make -s -C "$work/$1" Makefile >&2
  # shellcheck disable=SC2016 # make's
  printf 'include Makefile\nvalue-of-it:\n\t@echo $(%s)\n' "$2" |
    make -s -C "$work/$1" -f - value-of-it | tr ' ' '\n' | sed '/^$/d'
}

# Unit tests may use all processors, but for those that measure time.
# run_units NAME TEST...
run_units() {
  local dir=$work/$1 status=0 test
  shift

  for test; do
    rm -f "$dir/$test.trs" "$dir/$test.log"
  done
  # What hangs is ended. What is slow beside all the others does not hang.
  export CK_TIMEOUT_MULTIPLIER=5
  make_tests "${behind[@]}" make -j "$jobs" \
    "$(printf '%s\n' "$@" | grep -vE "$measuring")" || status=1
  make_tests make "$(printf '%s\n' "$@" | grep -E "$measuring")" || status=1
  for test; do
    count_unit "$dir" "$test"
  done
  expect "no unit test is left running" leftovers "$dir/tests/unit" \
    "$dir/tests/fuzz"
  return "$status"
}

# make_tests MAKE... TESTS: the last is a list, which may be empty.
make_tests() {
  local list=${*: -1}

  [ -n "$list" ] || return 0
  "${@:1:$#-1}" -s -C "$dir" -k check-TESTS TESTS="${list//$'\n'/ }"
}

changed_files() {
  local base

  base=$(git -C "$top" merge-base HEAD "${CHECK_BASE:-main}") ||
    die "there is no ${CHECK_BASE:-main} to compare with"
  git -C "$top" diff --name-only "$base"
  git -C "$top" ls-files --others --exclude-standard
}

# units_of FILES: where the unit tests are that a change of these calls for,
# as a pattern. What they share, or how they are built, calls for all.
units_of() {
  # shellcheck disable=SC2048,SC2086 # names without blanks
  printf '%s\n' $* | sed -E '
    s,^(tests/unit/[^/]*|(.*/)?local\.mk|Makefile\.am|configure\.ac)$,.*,; t
    s,^(lib|src|tests/unit)/(.+)/[^/]+\.(c|h|def)$,tests/unit/\2,; t
    s,^tests/fuzz/.*,tests/fuzz,; t
    d' |
    sort -u | paste -sd '|'
}

# The unit tests of the plain build, or those that are to be run.
wanted_units() {
  local files pattern

  if [ "$changed" = no ]; then
    make_value plain TESTS
    return
  fi
  files=$(changed_files)
  pattern=$(units_of "$files")
  make_value plain TESTS | grep -E "^(${pattern:-none})/[^/]+$" || true
}

# Of the unit tests those that start threads; in others ThreadSanitizer has
# nothing to find.
threaded_units() {
  local test

  build_tests plain >&2
  make_value plain TESTS | while read -r test; do
    if nm -D --undefined-only "$work/plain/$test" |
      grep -qE ' (pthread_create|MHD_start_daemon)(@|$)'; then
      printf '%s\n' "$test"
    fi
  done
}

# ---- end-to-end tests ----

# A Node.js that is new enough, for these tests alone.
need_e2e_tools() {
  locked prepare need_packages "${e2e_packages[@]}"
  locked prepare need_npm
  if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt \
    "$node_oldest" ]; then
    [ -x "$work/tools/node_modules/.bin/node" ] ||
      timeout 600 npm install --prefix "$work/tools" --no-save --no-audit \
        --no-fund --loglevel=error "$node_package"
    PATH=$work/tools/node_modules/.bin:$PATH
  fi
  PATH=$PATH:/usr/sbin:/sbin:$work/tools/usr/bin:$work/tools/usr/sbin
}

# Programs that the server works with: daemons, and a browser. The daemons are
# not installed for good: their packages would start services and timers.
need_daemons() {
  need_unpacked prometheus prometheus
  need_unpacked promtool promtool prometheus
  need_unpacked logrotate logrotate
  need_unpacked haproxy haproxy
  command -v chromium >/dev/null || locked prepare need_packages chromium
}

# need_unpacked PROGRAM PACKAGE...: where the program is missing, it comes from
# the first of the packages that this system has, which is unpacked and not
# installed; the libraries that it needs and no system has by itself are.
need_unpacked() {
  local program=$1 package libraries

  ! command -v "$program" >/dev/null || return 0
  [ "$install" = yes ] || die "this program is missing: $program ($2)"
  locked prepare apt_update
  package=$(known "${@:2}" | sed -n 1p)
  libraries=$(apt-cache depends "$package" |
    sed -nE 's/^ *Depends: (lib(jemalloc|lua|opentracing|popt).*)$/\1/p')
  # shellcheck disable=SC2086 # names without blanks
  locked prepare need_packages $libraries
  say "Unpacking $package"
  mkdir -p "$work/tools"
  (
    cd "$work/tools" || exit
    apt-get -qq download "$package"
    dpkg-deb -x "$package"_*.deb .
    rm -f "$package"_*.deb
  )
}

# leftovers PATH...: whether there is no process that runs one of these
# programs, or one below these directories.
leftovers() {
  local exe program path found=0

  for exe in /proc/[0-9]*/exe; do
    program=$(readlink "$exe" 2>/dev/null) || continue
    for path; do
      if [[ $program == "$path" || $program == "$path"/* ]]; then
        say "left running: $(tr '\0' ' ' <"${exe%exe}cmdline" || true)"
        found=1
      fi
    done
  done
  [ "$found" -eq 0 ]
}

# Whoever reads the end of a run is to know what it was not run on.
tell_newer_codex() {
  local tested newest

  tested=$(pinned_codex)
  newest=$(timeout 60 npm view @openai/codex version 2>/dev/null) || newest=
  if [ -z "$newest" ]; then
    note "npm does not say whether there is a Codex newer than $tested"
  elif [ "$newest" != "$tested" ] &&
    [ "$(printf '%s\n' "$newest" "$tested" | sort -V | tail -n 1)" = \
      "$newest" ]; then
    note "npm has Codex $newest; the newest that was tested is $tested"
  fi
}

# run_e2e NAME ARG...
run_e2e() {
  local dir=$work/$1 out=$work/logs/$step.node status=0 passed failed cancelled
  shift

  "$top/tests/e2e/run" --build "$dir" --concurrency "$e2e_jobs" "$@" |
    tee "$out" || status=$?
  passed=$(sed -n 's/^[^ ]* pass \([0-9]*\)$/\1/p' "$out" | tail -n 1)
  failed=$(sed -n 's/^[^ ]* fail \([0-9]*\)$/\1/p' "$out" | tail -n 1)
  cancelled=$(sed -n 's/^[^ ]* cancelled \([0-9]*\)$/\1/p' "$out" | tail -n 1)
  count "${passed:-0}" $((${failed:-1} + ${cancelled:-0}))
  # The other lane has unit tests of the same build.
  expect "no process is left behind" leftovers "$dir/codex-api-proxy" \
    "$dir/tests/sim" "$work/tools/usr" "$top/tests/e2e/node_modules" \
    "$top/tests/e2e/codex" "$top/tests/e2e/clients/node_modules"
  return "$status"
}

# run_split NAME TEST...: those of e2e_hasty with bounds that are shorter.
run_split() {
  local dir=$1 test hasty=() rest=() status=0
  shift

  for test; do
    if [[ " ${e2e_hasty[*]} " == *" $test "* ]]; then
      hasty+=("$test")
    else
      rest+=("$test")
    fi
  done
  run_e2e "$dir" "${rest[@]}" || status=1
  run_e2e "$dir" --hasty "${hasty[@]}" || status=1
  return "$status"
}

# ---- steps ----

step_unit() {
  local tests

  configure_plain
  build_programs plain
  build_tests plain
  # Nothing here runs them, but they are to be had.
  make_build plain tests/bench/overhead tests/bench/app_server
  tests=$(wanted_units)
  # shellcheck disable=SC2086 # names without blanks
  run_units plain $tests
}

# What it makes of the sources hangs on its version, and newer systems have
# newer ones alone.
need_formatter() {
  formatter=yes
  if ! command -v clang-format-14 >/dev/null; then
    [ "$install" = no ] || apt_update
    if [ -n "$(known clang-format-14)" ]; then
      need_packages clang-format-14
    else
      formatter=no
    fi
  fi
}

step_tree() {
  local check program=() log=$work/logs/tree.check

  [ ! -x "$work/plain/codex-api-proxy" ] ||
    program=(--program "$work/plain/codex-api-proxy")
  locked prepare need_packages "${tree_packages[@]}"
  locked prepare need_formatter
  for check in "$top"/tests/tree/check_*; do
    if [ "${check##*/}" = check_format ] && [ "$formatter" = no ]; then
      note "check_format was not run: this system has no clang-format-14"
      continue
    fi
    "$check" "${program[@]}" >"$log" 2>&1 || true
    cat "$log"
    count_line "$log" || count 0 1
  done
}

step_e2e() {
  local status=0

  need_e2e_tools
  configure_plain
  build_programs plain
  if [ "$quick" = yes ]; then
    if [ "${#names[@]}" -gt 0 ]; then
      need_daemons
    else
      names=("${e2e_quick[@]}")
    fi
    run_e2e plain "${names[@]}"
    return
  fi
  need_daemons
  tell_newer_codex
  run_e2e plain || status=1
  run_e2e plain --websocket "${e2e_websocket[@]}" || status=1
  run_e2e plain --clients || status=1
  return "$status"
}

step_versions() {
  local version status=0

  need_e2e_tools
  configure_plain
  build_programs plain
  for version in "${versions_exec[@]}"; do
    run_e2e plain --codex "$version" "${e2e_exec[@]}" || status=1
  done
  for version in "${versions_app_server[@]}"; do
    run_e2e plain --codex "$version" "${e2e_app_server[@]}" || status=1
  done
  return "$status"
}

step_asan() {
  local tests

  configure_asan
  build_programs asan
  build_tests asan
  tests=$(make_value asan TESTS)
  # shellcheck disable=SC2086 # names without blanks
  run_units asan $tests
}

step_asan_e2e() {
  need_e2e_tools
  configure_asan
  build_programs asan
  run_split asan "${e2e_memory[@]}"
}

step_tsan() {
  local tests

  configure_plain
  tests=$(threaded_units)
  configure_tsan
  inner build_programs tsan
  # shellcheck disable=SC2086 # names without blanks
  inner make_build tsan $tests
  # shellcheck disable=SC2086 # names without blanks
  inner run_units tsan $tests
}

step_tsan_e2e() {
  need_e2e_tools
  configure_tsan
  inner build_programs tsan
  inner run_split tsan "${e2e_threads[@]}"
}

# fuzz TARGET: a short run; its end is the only thing it says.
fuzz() {
  local name=${1##*/fuzz_} corpus

  corpus=$work/fuzz/corpus/$name
  mkdir -p "$corpus" "$work/fuzz/crashes"
  if "${behind[@]}" timeout $((fuzz_seconds + 60)) "$1" \
    -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=8192 -verbosity=0 \
    -artifact_prefix="$work/fuzz/crashes/$name-" \
    "$corpus" "$top/tests/fuzz/corpus/$name" >"$corpus.log" 2>&1; then
    say "$name: $(find "$corpus" -type f | wc -l) inputs found"
    count 1 0
  else
    tail -n 30 "$corpus.log"
    say "FAILED: $name; the input is in $work/fuzz/crashes"
    count 0 1
  fi
}

step_fuzz() {
  local target

  prepare clang
  locked prepare need_packages \
    "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
  configure_build fuzz clang --enable-fuzzers \
    --enable-sanitizers=address,undefined CFLAGS='-O1 -g'
  make_build fuzz fuzzers
  while read -r target; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
      wait -n || true
    done
    fuzz "$work/fuzz/$target" &
  done < <(make_value fuzz FUZZERS_LIST)
  wait
}

# Who has the release alone can run all tests, too.
tests_are_released() {
  local missing

  missing=$(comm -23 <(git -C "$top" ls-files tests | sort) \
    <(tar -tf "$work"/dist/codex-api-proxy-*.tar.xz |
      sed 's,^[^/]*/,,' | sort))
  [ -z "$missing" ] || {
    say "not in the release: $missing"
    return 1
  }
}

# All programs are built from the release; of them those run that read files of
# its: what the others find does not hang on where they were built.
step_dist() {
  local replays

  prepare xz-utils git
  configure_build dist gcc
  replays=$(make_value dist FUZZ_REPLAYS)
  expect "make distcheck" make_build dist distcheck \
    DISTCHECK_CONFIGURE_FLAGS="CC='${ccache}gcc'" \
    TESTS="${replays//$'\n'/ }"
  expect "every file of the tests is in the release" tests_are_released
}

installed_files() {
  (cd "$1" && find . -type f | sort | tr '\n' ' ')
}

step_install() {
  local root=$work/install wanted
  local docs=share/doc/codex-api-proxy
  local examples=$docs/examples

  configure_plain
  build_programs plain
  rm -rf "$root"
  make_build plain install DESTDIR="$root" prefix=/usr
  wanted=$(printf './usr/%s\n' bin/codex-api-proxy \
    share/bash-completion/completions/codex-api-proxy \
    share/man/man1/codex-api-proxy.1 \
    share/zsh/site-functions/_codex-api-proxy \
    share/codex-api-proxy/systemd/system/codex-api-proxy@.service \
    share/codex-api-proxy/systemd/user/codex-api-proxy.{service,socket} \
    $docs/{NEWS,README.md} \
    $docs/doc/{ARCHITECTURE,adding,api,building,clients,codex}.md \
    $docs/doc/compatibility{,_messages,_responses}.md \
    $docs/doc/{mhd,operations,options,performance,security,threads}.md \
    $docs/doc/page.png \
    $examples/grafana/codex-api-proxy.json \
    $examples/haproxy/haproxy.cfg \
    $examples/logrotate/codex-api-proxy \
    $examples/prometheus/{codex-api-proxy.rules,prometheus}.yml |
    sort | tr '\n' ' ')
  expect "the program, its man page, documentation, completions, examples; no more" \
    [ "$(installed_files "$root")" = "$wanted" ]
  expect "the program runs" "$root/usr/bin/codex-api-proxy" --version
  make_build plain uninstall DESTDIR="$root" prefix=/usr
  expect "make uninstall removes them" [ -z "$(installed_files "$root")" ]
}

# ---- the Debian package ----

# From a release, as whoever packages it has one, into package/.
build_package() {
  local dir=$work/package

  make_build plain dist &&
    tar -C "$dir" -xf "$work"/plain/codex-api-proxy-*.tar.xz || return 1
  (
    cd "$dir"/codex-api-proxy-*/ || exit 1
    CC="${ccache}gcc" DEB_BUILD_PROFILES=nocheck \
      DEB_BUILD_OPTIONS="nocheck parallel=$jobs" \
      "${behind[@]}" dpkg-buildpackage -us -uc
  ) >"$dir/log" 2>&1 || {
    tail -n 30 "$dir/log"
    return 1
  }
}

has_no_complaint() {
  local said status=0

  said=$(lintian --allow-root --display-info "$1" 2>&1) || status=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  [ -z "$said" ] && [ "$status" -eq 0 ]
}

# The same package as a later version.
later_package() {
  local dir=$work/package

  rm -rf "$dir/later"
  fakeroot sh -ec 'dpkg-deb -R "$1" "$2"
    sed -i "s/^Version: .*/&+later/" "$2/DEBIAN/control"
    dpkg-deb -b "$2" "$3"' sh "$1" "$dir/later" "$dir/later.deb" >/dev/null
}

# package_tool OPTION...: dpkg on a system of its own, below package/root. What
# the package depends on is this system's.
package_tool() {
  PATH=$PATH:/usr/sbin:/sbin fakeroot dpkg --root="$work/package/root" \
    --force-depends --log=/dev/null "$@" >>"$work/package/log" 2>&1
}

# packaged COMMAND...: the installed program, as a user who has a file of
# settings and nothing else.
packaged() {
  env -i PATH="$PATH" HOME="$work/package/home" timeout 120 \
    "$work/package/root/usr/bin/codex-api-proxy" "$@"
}

answers() {
  [ -n "$(packaged ask hello)" ]
}

is_version() {
  # shellcheck disable=SC2016 # dpkg's
  [ "$(dpkg-query --admindir="$work/package/root/var/lib/dpkg" \
    -W -f='${Version}' codex-api-proxy 2>/dev/null)" = "$1" ]
}

# All but what dpkg itself has written.
package_files() {
  find "$work/package/root" -path '*/var/lib/dpkg' -prune -o -type f -print
}

# The installed program and units in the place of a build's, for tests.
make_packaged_build() {
  local dir=$work/package/run root=$work/package/root

  mkdir -p "$dir/contrib/systemd"
  ln -s "$root/usr/bin/codex-api-proxy" "$work/plain/tests" "$dir"
  ln -s "$root"/usr/lib/systemd/{user,system}/* "$dir/contrib/systemd"
}

make_packaged_home() {
  local own=$work/package/home/.codex-api-proxy

  mkdir -p "$own"
  cat >"$own/environment" <<END
CODEX_PROXY_PORT=0
CODEX_PROXY_CODEX_BIN=$work/plain/tests/sim/fake_codex
CODEX_PROXY_CODEX_CONFIGS='model_provider="sim"'
END
}

step_package() {
  local dir=$work/package deb version

  need_e2e_tools
  prepare xz-utils
  locked prepare need_packages debhelper dpkg-dev fakeroot lintian
  configure_plain
  build_programs plain
  rm -rf "$dir" && mkdir -p "$dir"
  expect "dpkg-buildpackage" build_package
  deb=$(find "$dir" -name 'codex-api-proxy_*.deb')
  version=$(dpkg-deb -f "$deb" Version)
  expect "lintian has nothing to say" has_no_complaint "$dir"/*.changes
  mkdir -p "$dir"/root/var/lib/dpkg/{info,updates}
  touch "$dir/root/var/lib/dpkg/status"
  expect "it is installed" package_tool -i "$deb"
  expect "no unit is enabled" [ ! -e "$dir/root/etc" ]
  make_packaged_build
  make_packaged_home
  run_e2e package/run systemd || true
  expect "the first start" packaged start
  expect "the first answer" answers
  later_package "$deb"
  expect "an upgrade" package_tool -i "$dir/later.deb"
  expect "the later version is there" is_version "$version+later"
  expect "the server answers after it" answers
  expect "a restart" packaged restart
  expect "the later one answers" answers
  expect "the stop" packaged stop
  expect "it is removed" package_tool -r codex-api-proxy
  expect "nothing is left of it" [ -z "$(package_files)" ]
  expect "it is purged" package_tool -P codex-api-proxy
  expect "dpkg does not know it any more" is_version ""
  expect "the user's files are left alone" \
    [ -e "$dir/home/.codex-api-proxy/environment" ]
  expect "no process is left behind" leftovers "$dir/root"
}
