# shellcheck shell=bash
# Files out of Debian packages, without installing them.

readonly DEBS=${XDG_CACHE_HOME:-$HOME/.cache}/druid/debs

# Prints "<package> <file>" for each package, in the version that apt would install. apt writes the colon of an epoch
# as %3a in the names of files.
deb_files() {
  local files
  files=$(apt-cache show --no-all-versions "$@" | awk '
    /^Package: / { package = $2 }
    /^Version: / { version = $2; gsub(/:/, "%3a", version) }
    /^Architecture: / { print package, package "_" version "_" $2 ".deb" }' | sort -u)
  (($(wc -l <<<"$files") == $#)) || die "apt does not know all of: $*; run apt-get update"
  echo "$files"
}

# Asks for today's index when one of the packages has to be downloaded: a mirror keeps no file that only an older one names.
fresh_index() {
  local files file
  if files=$(deb_files "$@" 2>/dev/null); then
    while read -r _ file; do
      [[ -e $DEBS/$file ]] || files=
    done <<<"$files"
  fi
  [[ -n $files ]] || step "apt: update" apt_get update
}

# Unpacks packages into a directory, downloading those that are not in the cache yet.
unpack_debs() {
  local directory=$1 package file
  shift
  mkdir -p "$directory" "$DEBS"
  while read -r package file; do
    [[ -e $DEBS/$file ]] || (cd "$DEBS" && apt-get -q -o APT::Sandbox::User=root download "$package")
    dpkg -x "$DEBS/$file" "$directory"
  done < <(deb_files "$@")
}
