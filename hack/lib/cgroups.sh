# shellcheck shell=bash
# A node's control group: one below the root of each hierarchy (cgroup v1) or of the only one (v2), with all pods in it.

cgroup_directories() {
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    echo "/sys/fs/cgroup/$CGROUP"
  else
    local hierarchy
    for hierarchy in /sys/fs/cgroup/*/; do echo "$hierarchy$CGROUP"; done
  fi
}

create_cgroups() {
  local directory file
  while read -r directory; do
    mkdir -p "$directory"
    # A new cpuset is empty, and nothing can run in it.
    for file in cpuset.cpus cpuset.mems; do
      if [[ -e $directory/$file && ! -e $directory/cgroup.controllers ]]; then
        cat "${directory%/*}/$file" >"$directory/$file"
      fi
    done
    if [[ -e $directory/cgroup.controllers ]]; then
      pass_controllers "${directory%/*}"
      pass_controllers "$directory"
    fi
  done < <(cgroup_directories)
}

# In v2 a group has only the controllers that its parent passes down.
pass_controllers() {
  local controller
  for controller in $(<"$1/cgroup.controllers"); do
    echo "+$controller" >"$1/cgroup.subtree_control" || true
  done
}

# A group can be removed once its last process has left the kernel, which takes a moment.
remove_cgroups() {
  wait_until 15 no_cgroups_left || die "processes are left in the cgroup $CGROUP"
}

no_cgroups_left() {
  local directory left=false
  while read -r directory; do
    [[ -d $directory ]] || continue
    find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [[ ! -d $directory ]] || left=true
  done < <(cgroup_directories)
  ! $left
}
