# shellcheck shell=bash
# For the small daemons beside the API server: reading it, and hearing of changes. They run in the cluster's directory.

get() {
  curl -fsSN --noproxy '*' --connect-timeout 5 --cacert pki/ca.crt --cert pki/admin.crt --key pki/admin.key "$1/api/v1/$2"
}

# changes API-SERVER RESOURCE prints a line for every change, for ever. A watch that names no revision begins with all
# that exists, so nothing is missed between one watch and the next, however the API server came and went.
changes() {
  while :; do
    get "$1" "$2?watch=1" | grep --line-buffered -o '^.' || true
    sleep 0.3
  done
}
