# shellcheck shell=bash
# Daemons: started in the background so that they outlive the script, recorded with their start time so that a recycled
# process id is never mistaken for them, restartable with the very same command.
#
#   run/<name>.command   the arguments, NUL-separated
#   run/<name>.pid       "<process id> <start time>", the id as the machine counts, not a container of it
#   log/<name>.log       what it prints

# start NAME ARGUMENTS… starts a daemon in the cluster's directory; relative paths in the arguments mean that directory.
start() {
  local name=$1
  shift
  printf '%s\0' "$@" >"$STATE/run/$name.command"
  launch "$name"
}

# Starts a daemon, or starts it again, with the recorded command. It records itself before it becomes the daemon, so
# there is no moment at which it runs unknown. /run/machine is the machine's /proc seen from inside a node.
launch() {
  local name=$1 command
  mapfile -d '' -t command <"$STATE/run/$name.command"
  rm -f "$STATE/run/$name.pid"
  # shellcheck disable=SC2016 # for the inner shell to expand
  (close_files && inside setsid --fork bash -c '
    exec >>"log/$0.log" 2>&1 </dev/null
    proc=/run/machine; [[ -e $proc/self ]] || proc=/proc
    read -r -a stat <"$proc/self/stat"
    echo "${stat[0]} ${stat[21]}" >"run/$0.new" && mv "run/$0.new" "run/$0.pid"
    exec "$@"' "$name" "${command[@]}")
  wait_until 5 test -e "$STATE/run/$name.pid" || die "$name did not start"
}

# A daemon keeps no file of its starter open: it may be a lock, ours or that of whoever runs this script.
close_files() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    ((fd <= 2 || fd == 255)) || exec {fd}>&- # 255 is how bash reads this script
  done
}

# process_identity PID → "<pid> <start time in clock ticks since boot>"; fails if there is none. The command's name, in
# parentheses, may hold anything, so fields are counted after it.
process_identity() {
  local stat fields
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -r -a fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] && echo "$1 ${fields[19]}"
}

# is_running FILE: whether the process recorded in the file still runs.
is_running() {
  local pid start
  { read -r pid start <"$1"; } 2>/dev/null || return 1
  [[ $(process_identity "$pid") == "$pid $start" ]]
}

alive() { is_running "$STATE/run/$1.pid"; }

# Sends a signal to a daemon and what belongs to it: each leads a process group. Gone already is as good.
signal() {
  local file=$STATE/run/$2.pid pid
  is_running "$file" || return 0
  read -r pid _ <"$file"
  kill "-$1" -- "-$pid" 2>/dev/null || kill "-$1" "$pid" 2>/dev/null || true
}

gone() { ! alive "$1"; }

# Ends a daemon: asks, and insists after three seconds. An API server would wait much longer for those who watch it.
stop() {
  signal TERM "$1"
  wait_until 3 gone "$1" || kill_now "$1"
}

kill_now() {
  signal KILL "$1"
  wait_until 10 gone "$1" || die "$1 of cluster '$NAME' survives SIGKILL (process $(<"$STATE/run/$1.pid"))"
}

# The names of all daemons of the cluster, in the order they were first started.
daemons() {
  find "$STATE/run" -name '*.command' -printf '%T@ %f\n' | sort -n | sed -E 's/^\S+ (.*)\.command$/\1/'
}

# wait_until SECONDS COMMAND… polls; fails when the time is over.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS <= deadline)) || return 1
    sleep 0.05
  done
}

# await DAEMON SECONDS COMMAND… waits for something that a daemon is to bring about. If it ends, or takes too long, its
# log tells why.
await() {
  local name=$1 limit=$2
  shift 2
  # shellcheck disable=SC2317 # called by wait_until
  fulfilled() { gone "$name" || "$@" >/dev/null 2>&1; }
  if ! wait_until "$limit" fulfilled "$@" || gone "$name"; then
    show_tail "$STATE/log/$name.log"
    gone "$name" && die "$name ended; the lines above are the end of its log"
    die "$name was not ready after $limit seconds; the lines above are the end of its log"
  fi
}
