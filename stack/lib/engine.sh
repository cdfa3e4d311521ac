# shellcheck shell=bash
# The Docker client and the engine behind it.

# The client of the Debian package is preferred: another one earlier in PATH may be a client only.
find_client() {
  if [ -n "${RONDE_DOCKER:-}" ]; then
    DOCKER=$RONDE_DOCKER
  elif [ -x /usr/bin/docker ]; then
    DOCKER=/usr/bin/docker
  else
    DOCKER=$(command -v docker || true)
  fi
}

engine_version() {
  [ -n "$DOCKER" ] && timeout 20 "$DOCKER" info --format '{{.ServerVersion}}' 2>/dev/null | grep .
}

has_compose() {
  [ -n "$DOCKER" ] && "$DOCKER" compose version --short 2>/dev/null | grep -qE '^v?([2-9]|[1-9][0-9])\.'
}

# By its program file, which a zombie or another process with the same number does not have.
runs() { [ -r "$1" ] && [[ $(readlink "/proc/$(cat "$1")/exe") == */"$2" ]]; }

# A machine that was stopped leaves these behind, and dockerd then refuses to start or waits for ever.
remove_leftovers() {
  runs /run/docker.pid dockerd || rm -f /run/docker.pid /run/docker.sock
  runs /run/docker/containerd/containerd.pid containerd || rm -f /run/docker/containerd/containerd.pid
}

launch_engine() {
  need_root "starting the Docker engine"
  command -v dockerd || fail "no engine answers $DOCKER and dockerd is not installed"
  if [ -d /run/systemd/system ]; then
    systemctl start docker
    return
  fi
  remove_leftovers
  # Someone else's dockerd may be starting right now; then waiting is enough.
  if runs /run/docker.pid dockerd; then return; fi
  # Without the lock and the terminal, which it would keep for as long as it runs.
  setsid nohup dockerd >>"$RUN/dockerd.log" 2>&1 </dev/null 3>&- 9>&- &
}

start_engine() {
  local version
  if version=$(engine_version); then
    did "$version was running"
    return
  fi
  launch_engine
  for _ in $(seq 1 120); do
    if version=$(engine_version); then
      did "started $version"
      return
    fi
    sleep 0.5
  done
  tail -n 20 "$RUN/dockerd.log" 2>/dev/null || true
  return 1
}

compose() { "$DOCKER" compose "${COMPOSE_FILES[@]}" "$@"; }
