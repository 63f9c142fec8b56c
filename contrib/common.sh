# shellcheck shell=bash
# What quickstart and check share. Sourced; expects `top` (the source tree)
# and `install` (yes: missing packages may be installed).

say() {
  printf '%s\n' "$*"
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root is needed for: $*; run it as root, or install sudo"
  fi
}

have_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive timeout 1200 apt-get -qq \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# Updates the package lists, at most once.
apt_update() {
  [ -z "${apt_is_fresh:-}" ] || return 0
  apt update
  apt_is_fresh=yes
}

# need_packages NAME...: installs the Debian packages that are missing.
need_packages() {
  local name missing=()

  if ! command -v dpkg-query >/dev/null; then
    say "No dpkg here; needed are what Debian calls: $*"
    return 0
  fi
  for name; do
    have_package "$name" || missing+=("$name")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  [ "${install:?}" = yes ] ||
    die "these packages are missing: ${missing[*]}"
  say "Installing ${missing[*]}"
  apt_update
  apt install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Node.js may well come from elsewhere than Debian.
need_npm() {
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    need_packages nodejs npm
  fi
}

# The Codex CLI that the tests are written for.
pinned_codex() {
  sed -n 's/.*"@openai\/codex": *"\([0-9.]*\)".*/\1/p' \
    "${top:?}/tests/e2e/package.json" | head -n 1
}

# bootstrap_tree: makes configure if it is missing or older than its sources.
bootstrap_tree() {
  local source

  for source in configure.ac Makefile.am; do
    if [ ! -e "$top/configure" ] ||
      [ "$top/$source" -nt "$top/configure" ]; then
      "$top/bootstrap" 2>&1 && touch "$top/configure"
      return
    fi
  done
}

# configure_tree DIR ARG...: prepares an out-of-tree build, once.
configure_tree() {
  local dir=$1
  shift
  [ ! -e "$dir/Makefile" ] || return 0
  mkdir -p "$dir"
  (cd "$dir" && "$top/configure" -q "$@")
}

# stop_process PID SECONDS: TERM, and KILL when the time is over.
stop_process() {
  kill -TERM "$1" 2>/dev/null || return 0
  timeout "$2" tail --pid="$1" -s 0.1 -f /dev/null || kill -KILL "$1"
  wait "$1" 2>/dev/null || true
}
