# shellcheck shell=bash
# Container images without an engine: an OCI image is a few JSON files and tar archives named by their hashes. The same
# files give the same image, byte for byte.

# oci_archive ARCHIVE IMAGE CONFIG LAYER… writes an image with the given full name, the `config` object of the OCI
# specification (user, entrypoint…) and one layer for each directory.
oci_archive() {
  local archive=$1 image=$2 config=$3 work layers='[]' diffs='[]' directory layer
  shift 3
  work=$(mktemp -d "$archive.XXXXXX")
  mkdir -p "$work/blobs/sha256"
  for directory in "$@"; do
    oci_layer "$directory" "$work/layer"
    layer=$(oci_blob "$work" application/vnd.oci.image.layer.v1.tar "$work/layer")
    layers=$(jq -c --argjson l "$layer" '. + [$l]' <<<"$layers")
    diffs=$(jq -c --argjson l "$layer" '. + [$l.digest]' <<<"$diffs") # uncompressed: both hashes are the same
  done
  jq -nc --argjson config "$config" --argjson diffs "$diffs" \
    '{architecture: "amd64", os: "linux", config: $config, rootfs: {type: "layers", diff_ids: $diffs}}' >"$work/config"
  config=$(oci_blob "$work" application/vnd.oci.image.config.v1+json "$work/config")
  jq -nc --argjson config "$config" --argjson layers "$layers" \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", $config, $layers}' >"$work/manifest"
  oci_blob "$work" application/vnd.oci.image.manifest.v1+json "$work/manifest" |
    jq -c --arg image "$image" '{schemaVersion: 2, manifests: [. + {annotations: {
      "io.containerd.image.name": $image, "org.opencontainers.image.ref.name": $image}}]}' >"$work/index.json"
  echo '{"imageLayoutVersion":"1.0.0"}' >"$work/oci-layout"
  reproducible_tar 0 --create --file="$work.tar" --directory="$work" oci-layout index.json blobs
  mv "$work.tar" "$archive"
  rm -rf "$work"
}

# Moves a file to its place and prints its descriptor.
oci_blob() {
  local hash size
  hash=$(sha256sum "$3" | cut -d' ' -f1)
  size=$(stat -c %s "$3")
  mv "$3" "$1/blobs/sha256/$hash"
  jq -nc --arg type "$2" --arg digest "sha256:$hash" --argjson size "$size" '{mediaType: $type, $digest, $size}'
}

# All belongs to root but the home of the unprivileged user.
oci_layer() {
  reproducible_tar 0 --create --file="$2" --directory="$1" --exclude=./home/nonroot .
  [[ ! -d $1/home/nonroot ]] || reproducible_tar 65532 --append --file="$2" --directory="$1" ./home/nonroot
}

# reproducible_tar OWNER ARGUMENTS…
reproducible_tar() {
  local owner=$1
  shift
  tar --sort=name --mtime=@0 --numeric-owner --owner="$owner" --group="$owner" "$@"
}

readonly PAUSE_IMAGE=docker.io/druid/pause:1

# What holds a pod's namespaces, and is process 1 where its containers share one: it waits and reaps.
pause_image() {
  local root=$STATE/pause
  mkdir -p "$root/bin"
  cp "$(binary busybox)" "$root/bin/busybox"
  oci_archive "$STATE/pause.tar" "$PAUSE_IMAGE" \
    '{"Entrypoint": ["/bin/busybox", "sh", "-c", "trap exit TERM INT; while :; do busybox sleep 1000000 & wait; done"]}' "$root"
  rm -rf "$root"
}
