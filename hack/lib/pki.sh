# shellcheck shell=bash
# Certificates and kubeconfigs of a cluster: one authority, one certificate for each who speaks to the API server.

# create_pki NAMES creates the authority, the API server's certificate for NAMES (a subjectAltName) and the keys that
# sign service-account tokens.
create_pki() {
  cat >"$STATE/pki/openssl.conf" <<'CONF'
[req]
distinguished_name = subject
prompt = no
[subject]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
[client]
extendedKeyUsage = clientAuth
[server]
extendedKeyUsage = serverAuth
subjectAltName = ${ENV::SAN}
CONF
  SAN='' certificate ca authority /CN=druid
  SAN='' certificate front-proxy-ca authority /CN=druid-front-proxy
  SAN=$1 certificate apiserver server /CN=kube-apiserver ca
  SAN='' certificate apiserver-kubelet-client client /O=system:masters/CN=kube-apiserver ca
  SAN='' certificate front-proxy client /CN=front-proxy front-proxy-ca
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$STATE/pki/service-accounts.key" 2>&1
  openssl pkey -in "$STATE/pki/service-accounts.key" -pubout -out "$STATE/pki/service-accounts.pub"
}

# certificate FILE EXTENSIONS SUBJECT [AUTHORITY]
certificate() {
  local pki=$STATE/pki authority=()
  [[ -z ${4:-} ]] || authority=(-CA "$pki/$4.crt" -CAkey "$pki/$4.key")
  openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -config "$pki/openssl.conf" \
    -extensions "$2" -subj "$3" -keyout "$pki/$1.key" -out "$pki/$1.crt" "${authority[@]}" 2>&1
}

# kubeconfig FILE USER [GROUP] writes a kubeconfig with everything in it, for the server that `server` prints.
kubeconfig() {
  local file=$1 user=$2 group=${3:+/O=$3}
  SAN='' certificate "$user" client "$group/CN=$user" ca
  cat >"$STATE/$file.new" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: $NAME
  cluster: {server: "$(server)", certificate-authority-data: $(base64 -w0 "$STATE/pki/ca.crt")}
users:
- name: $user
  user:
    client-certificate-data: $(base64 -w0 "$STATE/pki/$user.crt")
    client-key-data: $(base64 -w0 "$STATE/pki/$user.key")
contexts:
- name: $NAME
  context: {cluster: $NAME, user: $user}
current-context: $NAME
YAML
  mv "$STATE/$file.new" "$STATE/$file"
}
