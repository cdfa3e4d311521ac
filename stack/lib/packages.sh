# shellcheck shell=bash
# Debian packages: the engine, compose, and the programs whose files become images.

IMAGE_PACKAGES=(postgresql-15 nginx-light python3-django python3-psycopg2 gunicorn curl openssl ca-certificates)
# For the tests: a journal of their own, a real authority and a real certbot.
TEST_PACKAGES=(systemd-journal-remote certbot pebble)
EXTRA_PACKAGES=(redis-server rabbitmq-server prometheus prometheus-node-exporter)
APT=(apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }

# An engine or a compose plugin that works is used as it is, whoever installed it.
missing_packages() {
  local package wanted=()
  engine_version >/dev/null || command -v dockerd >/dev/null || wanted+=(docker.io iptables)
  [ "$MODE" = engine ] || wanted+=("${IMAGE_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
  [ -z "$EXTRAS" ] || wanted+=("${EXTRA_PACKAGES[@]}")
  for package in "${wanted[@]}"; do
    installed "$package" || echo "$package"
  done
}

is_debian_12() { command -v apt-get >/dev/null && grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; }

need_debian() {
  is_debian_12 || fail "this system is not Debian 12: the images are built from the files of Debian 12 packages (missing here: $*); run it in a Debian 12 machine as root"
  need_root "installing Debian packages ($*)"
}

# Installing a database or a web server must not start one on this machine.
forbid_services() {
  [ -e /usr/sbin/policy-rc.d ] && return
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  FORBIDDEN=1
}

allow_services() {
  [ -z "${FORBIDDEN:-}" ] || rm -f /usr/sbin/policy-rc.d
  FORBIDDEN=
}

# Debian 12 has no compose v2 but the next Debian does, and that package needs nothing newer. Its index stays in a folder
# of ours, so that the machine's own list of sources is as before.
trixie_sources() {
  local deb822=/etc/apt/sources.list.d/debian.sources
  if [ -r "$deb822" ]; then
    sed -n '1,/^$/p' "$deb822" | sed 's/^Suites:.*/Suites: trixie/' >"$1/trixie.sources"
  else
    grep -hE '^deb .*\sbookworm\s' /etc/apt/sources.list | head -n 1 | sed 's/\sbookworm\s/ trixie /' >"$1/trixie.list"
  fi
}

install_compose() {
  local dir=$RUN/apt apart
  mkdir -p "$dir/sources" "$dir/lists/partial" "$dir/archives/partial"
  trixie_sources "$dir/sources"
  apart=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$dir/sources" -o "Dir::State::Lists=$dir/lists"
    -o "Dir::Cache=$dir" -o APT::Sandbox::User=root)
  "${APT[@]}" "${apart[@]}" -o Acquire::Languages=none update
  (cd "$dir/archives" && "${APT[@]}" "${apart[@]}" download docker-compose)
  "${APT[@]}" install -y --no-install-recommends "$dir"/archives/docker-compose_*.deb
  rm -rf "$dir"
}

install_packages() {
  local missing plugin=
  mapfile -t missing < <(missing_packages)
  has_compose || plugin=docker-compose
  if [ ${#missing[@]} = 0 ] && [ -z "$plugin" ]; then
    did "nothing to install"
    return
  fi
  need_debian "${missing[@]}" $plugin
  say "packages: installing ${missing[*]} $plugin"
  export DEBIAN_FRONTEND=noninteractive
  forbid_services
  "${APT[@]}" update
  [ ${#missing[@]} = 0 ] || "${APT[@]}" install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${missing[@]}"
  [ -z "$plugin" ] || install_compose
  allow_services
  find_client
  has_compose || fail "$DOCKER has no compose v2 plugin even now; set RONDE_DOCKER to a client that has"
  did "installed ${#missing[@]} packages${plugin:+ and compose}"
}
