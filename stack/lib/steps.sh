# shellcheck shell=bash
# What `up` and `down` share: where things are, and one line on stderr per step.

# shellcheck disable=SC2034
PROJECT=${COMPOSE_PROJECT_NAME:-ronde-quiz}
RUN=$(realpath -m "${STACK_RUN:-$HERE/.run}")
[ -z "${STACK_RUN:-}" ] || export STACK_RUN=$RUN

# 3 is the terminal, because the output of a step goes to the log.
exec 3>&2

say() { printf 'stack: %s\n' "$*" >&3; }

# A reason that a person can act on needs no log below it.
fail() {
  say "$*"
  STEP=
  exit 1
}

did() { DETAIL=$*; }

microseconds() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# step NAME FUNCTION: the function calls `did` with what it did.
step() {
  local started elapsed
  STEP=$1
  started=$(microseconds)
  printf '\n== %s\n' "$STEP" >>"$LOG"
  # Not in a condition: there, bash would ignore a command that fails inside the function.
  "$2" >>"$LOG" 2>&1
  elapsed=$((($(microseconds) - started) / 100000))
  say "$STEP: $DETAIL ($((elapsed / 10)).$((elapsed % 10)) s)"
  STEP=
}

report_failure() {
  local code=$?
  if declare -F allow_services >/dev/null; then allow_services; fi
  if [ "$code" != 0 ] && [ -n "${STEP:-}" ]; then
    say "$STEP failed; the end of $LOG:"
    tail -n 20 "$LOG" >&3
    code=1
  fi
  exit "$code"
}

# begin LOG. One at a time: two would build the same image and start two engines.
begin() {
  LOG=$RUN/$1.log
  if ! mkdir -p "$RUN" || ! [ -w "$RUN" ]; then fail "$RUN cannot be written: run this as root, or set STACK_RUN to another folder"; fi
  exec 9>"$RUN/lock"
  flock -w 300 9 || fail "another run of this script has held $RUN/lock for 5 minutes"
  : >"$LOG"
  trap report_failure EXIT
}

need_root() {
  [ "$(id -u)" = 0 ] || fail "$1 needs root: run this as root"
}
