# shellcheck shell=bash
# Clusters are known by name. Each has one directory with everything about it: certificates, data, logs, and a record of
# every process. A cluster that nobody will miss any more (its owner is gone, or `up` was killed half-way) is cleared by
# the next `up` of any cluster.

readonly CLUSTERS=${XDG_STATE_HOME:-$HOME/.local/state}/druid/kube

# Chooses the cluster that the functions here speak about.
use_cluster() {
  [[ $1 =~ ^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$ ]] ||
    die "'$1' is no name for a cluster: use up to 40 lower-case letters, digits and dashes"
  NAME=$1
  STATE=$CLUSTERS/$1
  CGROUP=druid-$1
}

cluster_exists() { [[ -e $STATE/kind ]]; }

require_cluster() { cluster_exists || die "there is no cluster '$NAME'; hack/kube status lists them"; }

# Creates the directory, or with a second argument a link to that directory, so that the name finds it again.
create_state() {
  local kind=$1 directory=${2:-}
  mkdir -p "$CLUSTERS"
  if [[ -n $directory ]]; then
    mkdir -p "$directory"
    [[ -z $(ls -A "$directory") ]] || die "$directory is not empty: --dir wants a directory of its own"
    ln -sfn "$(cd "$directory" && pwd)" "$STATE"
  fi
  mkdir -p "$STATE"/{run,log,pki,config,data}
  echo "$kind" >"$STATE/kind"
}

# Removes the directory. With a link, its target's content goes as well.
remove_state() {
  local target
  target=$(readlink -f "$STATE")
  rm -rf --one-file-system "$target"
  rm -f "$STATE"
}

# The owner of a cluster is a process: once it is gone, the cluster is litter.
set_owner() { process_identity "$1" >"$STATE/owner" || die "no process $1 to own cluster '$NAME'"; }
clear_owner() { rm -f "$STATE/owner"; }
is_litter() { [[ -e $STATE/owner ]] && ! is_running "$STATE/owner"; }

# Keeps other runs off this cluster until this shell ends; descriptor 9 holds the lock. A lock file goes with its cluster, so it may be gone once it is ours: then try again.
lock_cluster() {
  try_lock && return
  say "  another run is working on '$NAME'; waiting for it"
  try_lock -w 900 || die "another run has been working on '$NAME' for 15 minutes"
}

# Fails if another has the lock.
try_lock() {
  local file=$CLUSTERS/.lock-$NAME
  mkdir -p "$CLUSTERS"
  exec 9>"$file"
  if (($#)); then flock "$@" 9; else flock -n 9; fi || return 1
  [[ $file -ef /proc/self/fd/9 ]] || try_lock "$@"
}

forget_lock() { rm -f "$CLUSTERS/.lock-$NAME"; }

# Prints every cluster, and of each every daemon with its process id.
show_status() {
  local kind_file name
  for kind_file in "$CLUSTERS"/*/kind; do
    [[ -e $kind_file ]] || { say "no cluster; start one with hack/kube up"; return; }
    use_cluster "$(basename "${kind_file%/kind}")"
    printf '%s: %s, KUBECONFIG=%s\n' "$NAME" "$(<"$kind_file")" "$STATE/kubeconfig"
    for name in $(daemons); do
      if alive "$name"; then
        printf '  %-20s process %s\n' "$name" "$(cut -d' ' -f1 "$STATE/run/$name.pid")"
      else
        printf '  %-20s dead; its log: %s\n' "$name" "$STATE/log/$name.log"
      fi
    done
  done
}
