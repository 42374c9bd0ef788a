# shellcheck shell=bash
# Watching an Etcd come up, and proving that it serves.

# follow NAMESPACE NAME SECONDS prints a line whenever the state of the Etcd changes, until all of it is ready.
follow() {
  local namespace=$1 name=$2 deadline=$((SECONDS + $3)) start ready line last=''
  start=$(now_ms)
  # A watch ends when the API server does; then there is another one.
  while ((SECONDS < deadline)); do
    while IFS=$'\t' read -r ready line; do
      [[ $line == "$last" ]] || printf '  %7s  %s\n' "$(elapsed "$start")" "$line" >&2
      last=$line
      [[ $ready != true ]] || return 0
    done < <(timeout "$((deadline - SECONDS))" kubectl -n "$namespace" get etcd "$name" --watch -o json 2>/dev/null | summaries)
    sleep 0.5
  done
  explain_failure "$namespace" "$name"
}

# From a stream of Etcds to lines "<is it ready>\t<summary>".
summaries() {
  jq --unbuffered -r '
    def condition($type): first(.status.conditions[]? | select(.type == $type).status) // "Unknown";
    def count($members; $status): [$members[] | select(.status == $status)] | length;
    (.status.members // []) as $members
    | (.status.lifecycle.regions // []) as $regions
    | (.status.observedGeneration == .metadata.generation and .status.readyReplicas == .spec.replicas
        and condition("Ready") == "True" and condition("AllMembersReady") == "True"
        and any($regions[]; .name == "lifecycle" and .state == "Ready")) as $ready
    | [ ($regions | map("\(.name) \(.state)") | join("  ")),
        "members \(count($members; "Ready"))/\(.spec.replicas)",
        ($regions | map(.waitingFor // empty) | unique | if . == [] then empty else "waits for " + join("; ") end),
        (.status.lastErrors // [] | map("\(.code): \(.description)") | if . == [] then empty else "error " + join("; ") end)
      ] as $parts
    | "\($ready)\t\($parts | map(select(. != "")) | join("  "))"'
}

explain_failure() {
  {
    kubectl -n "$1" describe etcd "$2" | tail -n "$LOG_TAIL"
    kubectl -n "$1" get pods,pvc -l "app.kubernetes.io/part-of=$2" -o wide
    kubectl -n "$NAMESPACE" logs deployment/druid --tail="$LOG_TAIL"
  } >&2
  die "Etcd $1/$2 is not ready; above: its description, its pods, the operator's log"
}

# write_and_read NAMESPACE NAME, from inside a member's pod, but through the service that clients use.
write_and_read() {
  local namespace=$1 name=$2 value scheme=http tls=() etcd
  etcd=$(kubectl -n "$namespace" get etcd "$name" -o json)
  if jq -e '.spec.etcd.clientUrlTls' <<<"$etcd" >/dev/null; then
    scheme=https
    tls=(--cacert=/var/etcd/ssl/ca/ca.crt --cert=/var/etcd/ssl/client/tls.crt --key=/var/etcd/ssl/client/tls.key)
  fi
  local endpoint
  endpoint=$scheme://$name-client.$namespace.svc:$(jq '.spec.etcd.clientPort // 2379' <<<"$etcd")
  etcdctl() { kubectl -n "$namespace" exec "$name-0" -c etcd -- etcdctl --endpoints="$endpoint" "${tls[@]}" "$@"; }
  value=$(date -u +%FT%TZ)
  etcdctl put druid/hack-up "$value"
  [[ $(etcdctl get druid/hack-up --print-value-only) == "$value" ]] || die "etcd returned another value than was written"
}
