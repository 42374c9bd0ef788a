# shellcheck shell=bash
# etcd, kube-apiserver and kube-controller-manager: alone they are a control plane for tests, ready in seconds; in a
# node's namespaces they are the first half of a whole cluster.

# What listens where, in config/network as shell assignments:
#   HOST      the address of the API server; a control plane's is 127.0.0.1
#   API_PORT ETCD_PORT ETCD_PEER_PORT
#   SERVICES  the range of service addresses
# shellcheck disable=SC1091 # written by claim_ports and claim_addresses
network() { source "$STATE/config/network"; }

server() { network && echo "https://$HOST:$API_PORT"; }

admin() { kubectl --kubeconfig "$STATE/kubeconfig" --request-timeout=20s "$@"; }

# Finds free ports and reserves them for this cluster. Below 32768 no kernel gives a port away by itself, and the
# reservations of other clusters are in their files, so two starting at once get different ones.
claim_ports() {
  local port ports=()
  exec {claims}>"$CLUSTERS/.ports"
  flock "$claims"
  for ((port = 21000; port < 32000 && ${#ports[@]} < 3; port++)); do
    grep -qsE "_PORT=$port\$" "$CLUSTERS"/*/config/network && continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    ports+=("$port")
  done
  printf '%s\n' HOST=127.0.0.1 SERVICES=10.96.0.0/16 \
    "API_PORT=${ports[0]}" "ETCD_PORT=${ports[1]}" "ETCD_PEER_PORT=${ports[2]}" >"$STATE/config/network"
  exec {claims}>&-
}

# Hard links where possible: a running cluster then keeps its binaries whatever happens to the cache.
link_binaries() {
  local name path
  mkdir -p "$STATE/bin"
  for name in etcd kube-apiserver kube-controller-manager "$@"; do
    path=$(readlink -f "$(binary "$name")")
    cp -l "$path" "$STATE/bin/$name" 2>/dev/null || cp "$path" "$STATE/bin/$name"
  done
}

# KUBEBUILDER_ASSETS may bring other versions than ours.
knows_flag() { [[ $("$STATE/bin/$1" --help 2>&1) =~ [[:space:]]"$2"[[:space:]] ]]; }

start_etcd() {
  network
  local client=http://127.0.0.1:$ETCD_PORT peer=http://127.0.0.1:$ETCD_PEER_PORT unsafe=()
  # A cluster for development need not survive a power cut, and half of etcd's time is waiting for the disk.
  if knows_flag etcd --unsafe-no-fsync; then unsafe=(--unsafe-no-fsync); fi
  start etcd bin/etcd --name=etcd --data-dir=data/etcd --listen-client-urls="$client" --advertise-client-urls="$client" \
    --listen-peer-urls="$peer" --initial-advertise-peer-urls="$peer" --initial-cluster="etcd=$peer" "${unsafe[@]}"
}

# start_apiserver ARGUMENTS…
start_apiserver() {
  network
  start apiserver bin/kube-apiserver --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
    --secure-port="$API_PORT" --advertise-address="$HOST" --service-cluster-ip-range="$SERVICES" \
    --cert-dir=pki --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key \
    --client-ca-file=pki/ca.crt --authorization-mode=Node,RBAC --allow-privileged=true \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=pki/service-accounts.pub \
    --service-account-signing-key-file=pki/service-accounts.key \
    --requestheader-client-ca-file=pki/front-proxy-ca.crt --requestheader-allowed-names=front-proxy \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file=pki/front-proxy.crt --proxy-client-key-file=pki/front-proxy.key \
    --profiling=false "$@"
}

# start_controller_manager ARGUMENTS…
start_controller_manager() {
  local insecure=()
  # Old ones also listen without TLS unless told not to; new ones do not know the flag.
  if knows_flag kube-controller-manager --port; then insecure=(--port=0); fi
  start controller-manager bin/kube-controller-manager --kubeconfig=config/controller-manager \
    --leader-elect=false --kube-api-qps=500 --kube-api-burst=1000 --service-account-private-key-file=pki/service-accounts.key \
    --root-ca-file=pki/ca.crt --cluster-signing-cert-file=pki/ca.crt --cluster-signing-key-file=pki/ca.key \
    --profiling=false "${insecure[@]}" "$@"
}

# Asked many times a second while the machine is busy starting, so with the lightest client there is.
api_answers() {
  network
  local pki=$STATE/pki
  curl -fsS --noproxy '*' --max-time 5 --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" \
    -o /dev/null "https://$HOST:$API_PORT$1"
}

api_is_ready() { api_answers /readyz; }
controllers_work() { api_answers /api/v1/namespaces/default/serviceaccounts/default; }

start_control_plane() {
  create_pki "IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc"
  kubeconfig kubeconfig admin system:masters
  # One identity for all controllers: an own service account for each would triple the time to start.
  kubeconfig config/controller-manager system:kube-controller-manager system:masters
  link_binaries
  start_etcd
  start_apiserver --bind-address=127.0.0.1
  # Without nodes no pod has an address that endpoints could hold: those who make them would only try, and fail, again and again.
  start_controller_manager --secure-port=0 '--controllers=*,-endpoint,-endpointslice,-endpointslicemirroring'
  await apiserver 60 api_is_ready
  await controller-manager 60 controllers_work
}
