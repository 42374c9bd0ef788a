# shellcheck shell=bash
# A whole node: the control plane, scheduler, containerd, kubelet, kube-proxy and DNS, all inside namespaces of their own
# (see node-init). The machine sees one veth interface, one cgroup and one directory of it, so nodes disturb neither the
# machine nor each other, and nothing of a dead one is left to hunt for.

# Each node has a slice of 198.18.0.0/15, which is set aside for tests within one machine or lab (RFC 2544) and so is
# in nobody's way. The machine reaches node, pods and services through one route.
#   x.0.1 the machine   x.0.2 the node   x.4.0/22 pods   x.8.0/21 services
readonly SLICES=32

# What listens where, and which slice: config/network for a node.
claim_addresses() {
  local slice high low
  exec {claims}>"$CLUSTERS/.ports"
  flock "$claims"
  for ((slice = 0; slice < SLICES; slice++)); do
    grep -qsx "SLICE=$slice" "$CLUSTERS"/*/config/network || [[ -e /sys/class/net/druid$slice ]] || break
  done
  ((slice < SLICES)) || die "all $SLICES address ranges for nodes are taken; hack/kube status lists the clusters"
  high=198.$((18 + slice / 16)) low=$((slice % 16 * 16))
  printf '%s\n' "SLICE=$slice" "MACHINE=$high.$low.1" "HOST=$high.$low.2" "NETWORK=$high.$low.0/20" \
    "PODS=$high.$((low + 4)).0/22" "SERVICES=$high.$((low + 8)).0/21" "FIRST_SERVICE=$high.$((low + 8)).1" \
    API_PORT=6443 ETCD_PORT=2379 ETCD_PEER_PORT=2380 >"$STATE/config/network"
  exec {claims}>&-
}

start_namespaces() {
  network
  (
    close_files
    exec setsid unshare --mount --net --pid --ipc --uts --fork "$here/lib/node-init" "$STATE" "$NAME" \
      >"$STATE/log/node.log" 2>&1 </dev/null
  ) &
  if ! wait_until 10 test -e "$STATE/run/node.ready"; then
    show_tail "$STATE/log/node.log"
    die "cannot create namespaces: hack/kube up needs root and a kernel that allows them"
  fi
  local pid
  read -r pid _ <"$STATE/run/node.pid"
  ip link add "druid$SLICE" type veth peer name eth0 netns "$pid"
  ip address add "$MACHINE/30" dev "druid$SLICE"
  ip link set "druid$SLICE" up
  inside ip address add "$HOST/30" dev eth0
  inside ip link set eth0 up
  # The API server calls webhooks at addresses of Services: kube-proxy turns these into a pod's, but only on their way out.
  inside ip route add "$SERVICES" dev eth0
  ip route add "$NETWORK" via "$HOST"
}

# Runs a command where the cluster's daemons live, in the cluster's directory.
inside() {
  if [[ $(<"$STATE/kind") != node ]]; then
    (cd "$STATE" && "$@")
    return
  fi
  local pid
  read -r pid _ <"$STATE/run/node.pid"
  # shellcheck disable=SC2016 # for the inner shell to expand
  nsenter --target "$pid" --mount --net --pid --ipc --uts -- bash -c 'cd /run/druid && exec "$@"' - "$@"
}

configure_node() {
  network
  create_pki "IP:127.0.0.1,IP:$HOST,IP:$FIRST_SERVICE,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,\
DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  kubeconfig kubeconfig admin system:masters
  kubeconfig config/controller-manager system:kube-controller-manager
  kubeconfig config/scheduler system:kube-scheduler
  kubeconfig config/kubelet "system:node:$NAME" system:nodes
  kubeconfig config/proxy system:kube-proxy
  mkdir -p "$STATE/config/cni"
  cni_config >"$STATE/config/cni/10-druid.conflist"
  containerd_config >"$STATE/config/containerd.toml"
  kubelet_config >"$STATE/config/kubelet.yaml"
  echo "nameserver $HOST" >"$STATE/config/resolv.conf"
  link_binaries kube-scheduler kubelet kube-proxy
  cp "$here"/lib/{api-changes.sh,dns-records,dns-records.jq,open-volumes} "$STATE/bin"
  pause_image
  create_cgroups
}

# All at once: each waits for what it needs, and the kubelet spends its first five seconds on looking for Docker.
start_daemons() {
  network
  start containerd "$(binary containerd)" --config=/run/druid/config/containerd.toml
  start_kubelet
  start_etcd
  start_apiserver --bind-address=0.0.0.0 --enable-admission-plugins=NodeRestriction \
    --kubelet-client-certificate=pki/apiserver-kubelet-client.crt \
    --kubelet-client-key=pki/apiserver-kubelet-client.key --kubelet-preferred-address-types=InternalIP
  start_controller_manager --use-service-account-credentials --enable-hostpath-provisioner \
    --flex-volume-plugin-dir=/var/lib/kubelet/plugins
  start scheduler bin/kube-scheduler --kubeconfig=config/scheduler --leader-elect=false \
    --kube-api-qps=500 --kube-api-burst=1000
  # 0 leaves alone what belongs to the whole machine or only the first network namespace may set.
  start proxy bin/kube-proxy --kubeconfig=config/proxy --hostname-override="$NAME" --bind-address="$HOST" \
    --cluster-cidr="$PODS" --proxy-mode=iptables --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 \
    --conntrack-tcp-timeout-close-wait=0 --oom-score-adj=0
  start_dns
  start volumes bin/open-volumes "$(server)"
}

start_kubelet() {
  # Once there was another way to run containers, so old kubelets want to be told.
  local remote=()
  if knows_flag kubelet --container-runtime; then remote=(--container-runtime=remote); fi
  start kubelet bin/kubelet --config=config/kubelet.yaml --kubeconfig=config/kubelet \
    --hostname-override="$NAME" --node-ip="$HOST" "${remote[@]}" \
    --container-runtime-endpoint=unix:///run/containerd/containerd.sock
}

prepare_containerd() {
  await containerd 30 inside ctr version
  load_image "$STATE/pause.tar"
}

await_node() {
  await kubelet 60 node_is_ready
  await dns-records 30 dns_knows_kubernetes
  await controller-manager 60 controllers_work
}

node_is_ready() { admin wait --for=condition=Ready "node/$NAME" --timeout=0s; }

# overlayfs does not stack on itself; then every container gets a copy.
snapshotter() {
  case $(stat -f -c %T "$STATE") in
    overlayfs) echo native ;;
    *) echo overlayfs ;;
  esac
}

containerd_config() {
  cat <<TOML
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.tracing"]
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "$PAUSE_IMAGE"
disable_apparmor = true
# Without CAP_SYS_RESOURCE no process may lower its score, and every pod would fail.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "$(snapshotter)"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "/run/druid/config/cni"
TOML
}

# Point-to-point links: with a bridge, a pod could not reach itself through its own service.
cni_config() {
  cat <<JSON
{"cniVersion": "0.4.0", "name": "druid", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "ranges": [[{"subnet": "$PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}
]}
JSON
}

# Disk and memory are the developer's: no eviction before the very end, and never the removal of a loaded image.
kubelet_config() {
  cat <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: /run/druid/pki/ca.crt}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
enforceNodeAllocatable: []
failSwapOn: false
oomScoreAdj: 0
clusterDNS: [$HOST]
clusterDomain: cluster.local
resolvConf: /run/druid/config/resolv.conf
volumePluginDir: /var/lib/kubelet/plugins
maxPods: 250
serializeImagePulls: false
eventRecordQPS: 0
nodeStatusUpdateFrequency: 1s # a new node is ready a second after it could be, not ten
nodeStatusReportFrequency: 1m
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
YAML
}

# kubernetes.io/host-path is a provisioner inside the controller manager.
default_storage_class() {
  admin create --validate=false -f - <<'YAML'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: host-path
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: kubernetes.io/host-path
YAML
}

# Gives the node its pod network, without which the kubelet does not call it ready; the controller that would do it takes
# ten seconds to start. Whether the kubelet has created the node by now depends on the machine.
register_node() {
  network
  local spec="{\"podCIDR\": \"$PODS\", \"podCIDRs\": [\"$PODS\"]}"
  # The kubelet of 1.20 writes into capacity and allocatable without looking whether they are there.
  admin create --validate=false -f - <<YAML || admin patch node "$NAME" --patch "{\"spec\": $spec}"
apiVersion: v1
kind: Node
metadata: {name: $NAME}
spec: $spec
status: {capacity: {pods: 0}, allocatable: {pods: 0}}
YAML
}

load_image() { inside ctr -n k8s.io images import - <"$1"; }

# All processes of the node live and die with its first one; cgroups are files and have to be removed.
remove_node() {
  local slice
  kill_now node
  remove_cgroups
  if slice=$(sed -n 's/^SLICE=//p' "$STATE/config/network" 2>/dev/null) && [[ -n $slice ]]; then
    interface_is_gone() { [[ ! -e /sys/class/net/druid$slice ]]; }
    wait_until 10 interface_is_gone || ip link delete "druid$slice"
  fi
}
