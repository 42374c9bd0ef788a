# shellcheck shell=bash
# Progress for people: what happens, how long it took, and on a failure the end of the log that explains it.
# Everything goes to stderr, so that stdout carries results only.

# How many lines of a log a failure shows.
readonly LOG_TAIL=25

say() { printf '%s\n' "$*" >&2; }

# Ends the script. The message says what failed and what to do about it.
die() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# step WHAT COMMAND… runs the command quietly and prints one line with the time it took. If it fails, the end of its
# output is shown and the script ends. Not to be called where `set -e` is off, as after `if` or before `||`.
step() {
  local what=$1 log status start heartbeat
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/druid-step.XXXXXX")
  start=$(now_ms)
  printf '  %-58s' "$what" >&2
  show_heartbeat "$log" "$start" 9>&- &
  heartbeat=$!
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  { kill "$heartbeat" && wait "$heartbeat"; } 2>/dev/null || true
  if ((status != 0)); then
    printf ' failed after %s\n' "$(elapsed "$start")" >&2
    show_tail "$log"
    rm -f "$log"
    exit 1
  fi
  printf ' %s\n' "$(elapsed "$start")" >&2
  rm -f "$log"
}

# Shows every half minute the last line a step printed, because a silent quarter of an hour looks dead.
show_heartbeat() {
  local log=$1 start=$2 ticks=0
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    ((++ticks % 30)) ||
      printf '\n    %6s  %s' "$(elapsed "$start")" "$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-100)" >&2
  done
}

show_tail() {
  say "--- last lines of $1"
  tail -n "$LOG_TAIL" "$1" >&2
  say '---'
}

now_ms() { date +%s%3N; }

# elapsed SINCE_MS → 0.4s, 12.3s, 4m07s
elapsed() {
  local ms=$(($(now_ms) - $1))
  if ((ms < 60000)); then
    printf '%d.%ds' $((ms / 1000)) $((ms % 1000 / 100))
  else
    printf '%dm%02ds' $((ms / 60000)) $((ms / 1000 % 60))
  fi
}
