# shellcheck shell=bash
# Debian packages: what a one-machine Kubernetes needs beside its own binaries.

readonly POLICY=/usr/sbin/policy-rc.d
readonly POLICY_MARK='written by druid hack/kube'

# What runs (etcd, containerd, network), what builds Kubernetes (go, make…) and what builds images (buildah).
readonly PACKAGES=(
  etcd-server etcd-client containerd runc containernetworking-plugins conntrack iptables iproute2 dnsmasq-base
  kubernetes-client socat procps util-linux openssl curl ca-certificates
  golang-go make jq rsync dpkg-dev build-essential
  buildah busybox-static
)

# Prints those of the given packages that are not installed. kubectl may have come from somewhere else.
missing_packages() {
  local package
  for package in "$@"; do
    [[ $package == kubernetes-client ]] && command -v kubectl >/dev/null && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  step "apt: update" apt_get update
  step "apt: install ${#missing[@]} packages" install_without_starting "${missing[@]}"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"
}

# Installs packages whose services must not start: etcd would take 2379. Debian asks policy-rc.d before a start; ours
# refuses all, and an own one of the machine comes back in any case.
install_without_starting() {
  [[ $(id -u) == 0 ]] || die "installing packages needs root: run it with sudo"
  trap allow_service_starts EXIT
  refuse_service_starts
  apt_get install --no-install-recommends "$@"
}

refuse_service_starts() {
  allow_service_starts # what a killed run may have left
  [[ -e $POLICY ]] && mv "$POLICY" "$POLICY.before-druid"
  printf '#!/bin/sh\n# %s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
  chmod 755 "$POLICY"
}

allow_service_starts() {
  if grep -qs "$POLICY_MARK" "$POLICY"; then rm -f "$POLICY"; fi
  if [[ -e $POLICY.before-druid ]]; then mv "$POLICY.before-druid" "$POLICY"; fi
}
