# shellcheck shell=bash
# Programs from npm, kept outside the checkout.

# Prints the Debian packages that npm needs, none where it has come from somewhere else.
npm_itself() { command -v npm >/dev/null || printf '%s\n' nodejs npm; }

# install_npm DIRECTORY PACKAGE… puts them below DIRECTORY/node_modules. A directory that is renamed when complete holds all
# or nothing, so its name should say the versions.
install_npm() {
  local directory=$1 work
  [[ ! -e $directory/complete ]] || return 0
  mkdir -p "${directory%/*}"
  work=$(mktemp -d "$directory.XXXXXX")
  (cd "$work" && npm install --no-audit --no-fund --no-update-notifier --omit=dev --ignore-scripts "${@:2}" && touch complete)
  rm -rf "$directory"
  mv -T "$work" "$directory"
}
