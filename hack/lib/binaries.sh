# shellcheck shell=bash
# Kubernetes' binaries: built once from Debian's source package into a cache, or taken from KUBEBUILDER_ASSETS.

# The version in Debian 12. Its source package is complete, with every vendored dependency.
readonly KUBERNETES_VERSION=1.20.2
readonly KUBERNETES_BINARIES=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
readonly CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/druid
readonly KUBERNETES_CACHE=$CACHE/kubernetes/$KUBERNETES_VERSION

# Prints the path of a program: KUBEBUILDER_ASSETS wins, then what we built, then the machine's own.
binary() {
  local directory
  for directory in "${KUBEBUILDER_ASSETS:-}" "$KUBERNETES_CACHE"; do
    [[ -n $directory && -x $directory/$1 ]] && echo "$directory/$1" && return
  done
  command -v "$1" || die "$1 is not installed: run hack/kube install"
}

binaries_are_built() {
  local name
  for name in "${KUBERNETES_BINARIES[@]}"; do
    [[ -x ${KUBEBUILDER_ASSETS:-/nowhere}/$name || -x $KUBERNETES_CACHE/$name ]] || return 1
  done
}

# Builds in a directory of its own and renames the result, so the cache holds all binaries or none. A lock keeps two
# runs from doing the six minutes' work twice.
build_binaries() {
  binaries_are_built && return
  mkdir -p "$CACHE"
  exec {lock}>"$CACHE/build.lock"
  flock -n "$lock" || { say "  another run builds Kubernetes; waiting for it"; flock "$lock"; }
  if ! binaries_are_built; then
    local work
    work=$(mktemp -d "$CACHE/build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    step "Kubernetes $KUBERNETES_VERSION: source package" fetch_source "$work"
    step "Kubernetes $KUBERNETES_VERSION: build (about 6 minutes on 2 cores)" compile "$work"
    step "Kubernetes $KUBERNETES_VERSION: keep in $KUBERNETES_CACHE" keep_binaries "$work"
    rm -rf "$work"
    trap - EXIT
  fi
  exec {lock}>&-
}

# Source entries are derived from the machine's own binary ones, in directories of our own: nothing of the machine's
# apt configuration changes, and the sources come from the mirror the machine already trusts.
fetch_source() {
  local work=$1 file
  mkdir -p "$work/sources" "$work/lists/partial" "$work/archives/partial"
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -e $file ]] && sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$work/sources/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -e $file ]] && sed -nE 's/^deb[[:space:]]/deb-src /p' "$file" >"$work/sources/${file##*/}"
  done
  [[ -e $work/sources/sources.list ]] && mv "$work/sources/sources.list" "$work/sources/main.list"
  local apt=(apt_get -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$work/sources"
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  cd "$work" || return
  "${apt[@]}" source "kubernetes"
  # Debian's name of the version is longer (1.20.5+really1.20.2); what it builds says so in keep_binaries.
  mv -T "$work"/kubernetes-*"$KUBERNETES_VERSION" "$work/source"
  replace_reflect2 "$work"
}

# The vendored reflect2 1.0.1 knows the inside of Go's maps before Go 1.18; compiled with a later Go, the API server
# overwrites its own memory and dies whenever it encodes a map as JSON. Debian packages the release that is right.
replace_reflect2() {
  local package=golang-github-modern-go-reflect2-dev path=github.com/modern-go/reflect2
  cd "$1" || return
  apt_get download "$package"
  dpkg -x "$package"_*.deb "$1/reflect2"
  rm -rf "$1/source/vendor/${path:?}"
  cp -r "$1/reflect2/usr/share/gocode/src/$path" "$1/source/vendor/$path"
  rm -f "$1/source/vendor/$path"/*_test.go
}

compile() {
  local source=$1/source
  cd "$source" || return
  # Without git's help the build does not know its own version, and clients decide by the server's version.
  cat >"$1/version" <<VERSION
KUBE_GIT_COMMIT='debian'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v$KUBERNETES_VERSION'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
VERSION
  mkdir -p .go/src/k8s.io "$1/home"
  ln -sfn ../../.. .go/src/k8s.io/kubernetes
  env -u GOROOT HOME="$1/home" GOPATH="$source/.go" GOCACHE="$1/gocache" CGO_ENABLED=0 \
    PATH="/usr/lib/go/bin:$PATH" KUBE_GIT_VERSION_FILE="$1/version" \
    GOFLAGS=-v make WHAT="${KUBERNETES_BINARIES[*]/#/cmd/}" GOLDFLAGS='-s -w'
}

keep_binaries() {
  local name out=$1/source/_output/bin
  mkdir "$1/result"
  for name in "${KUBERNETES_BINARIES[@]}"; do
    strip -o "$1/result/$name" "$out/$name" || cp "$out/$name" "$1/result/$name"
    chmod 755 "$1/result/$name"
  done
  "$1/result/kube-apiserver" --version
  mkdir -p "${KUBERNETES_CACHE%/*}"
  rm -rf "$KUBERNETES_CACHE"
  mv -T "$1/result" "$KUBERNETES_CACHE"
}
