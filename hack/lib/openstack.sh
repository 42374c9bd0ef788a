# shellcheck shell=bash
# OpenStack Swift as one of each: account, container and object server, keystone, a proxy that asks keystone who a caller
# is, a second proxy on the same servers that speaks S3 to users of its own, and memcached for both.
#
# A project `druid` holds user `backup` (password `backup-password`) and an application credential of that user.

readonly PYTHON=/usr/bin/python3
# What the scripts of Debian's daemon packages do, without these packages' services.
readonly RUN_SWIFT='import sys; from swift.common import utils, wsgi; utils.set_swift_dir(sys.argv[3]); sys.exit(wsgi.run_wsgi(sys.argv[1], sys.argv[2], verbose=True))'
readonly RUN_RING='import sys; from swift.cli.ringbuilder import main; sys.argv[0] = "swift-ring-builder"; main()'

write_openstack_config() {
  mkdir -p config/keystone/{fernet,credential} config/swift data/swift/d1
  cat >config/keystone/keystone.conf <<CONF
[database]
connection = sqlite:///$STATE/data/keystone.db
[fernet_tokens]
key_repository = $STATE/config/keystone/fernet
[credential]
key_repository = $STATE/config/keystone/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = false
CONF
  local server
  for server in account container object; do
    cat >"config/swift/$server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${!server}
workers = 0
devices = $STATE/data/swift
mount_check = false
swift_dir = $STATE/config/swift
user = $(id -un)
[pipeline:main]
pipeline = $server-server
[app:$server-server]
use = egg:swift#$server
CONF
  done
  write_proxy proxy "${swift:?}" 'catch_errors gatekeeper healthcheck cache authtoken keystoneauth slo dlo proxy-server'
  write_proxy proxy-s3 "${swift_s3:?}" 'catch_errors gatekeeper healthcheck cache s3api tempauth slo dlo versioned_writes symlink proxy-server'
  printf '[swift-hash]\nswift_hash_path_suffix = druid\n' >config/swift/swift.conf
}

write_proxy() {
  cat >"config/swift/$1.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
workers = 0
swift_dir = $STATE/config/swift
user = $(id -un)
[pipeline:main]
pipeline = $3
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached:?}
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
check_bucket_owner = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = http://127.0.0.1:${keystone:?}
auth_url = http://127.0.0.1:$keystone
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = admin
username = admin
password = admin
interface = public
delay_auth_decision = true
CONF
}

start_openstack() {
  local server
  [[ -e data/keystone.db ]] || step "keystone: database" make_keystone
  running keystone || start keystone "$PYTHON" /usr/bin/keystone-wsgi-public --host 127.0.0.1 --port "$keystone" \
    -- --config-file "$STATE/config/keystone/keystone.conf"
  running memcached || start memcached memcached -l 127.0.0.1 -p "$memcached" -m 16 -u "$(id -un)"
  [[ -e config/swift/object.ring.gz ]] || step "swift: rings" make_rings
  for server in account container object; do
    running "swift-$server" || start_swift "swift-$server" "$server" "$server-server"
  done
  running swift || start_swift swift proxy proxy-server
  running swift-s3 || start_swift swift-s3 proxy-s3 proxy-server
}

start_swift() { start "$1" "$PYTHON" -c "$RUN_SWIFT" "$STATE/config/swift/$2.conf" "$3" "$STATE/config/swift"; }

await_openstack() {
  await keystone 60 curl -fs -o /dev/null "http://127.0.0.1:$keystone/v3"
  await swift 60 curl -fs -o /dev/null "http://127.0.0.1:$swift/healthcheck"
  await swift-s3 60 curl -fs -o /dev/null "http://127.0.0.1:$swift_s3/healthcheck"
  [[ -e application-credential ]] || step "keystone: users" make_users
}

make_keystone() {
  local conf=config/keystone/keystone.conf me
  me=$(id -un)
  keystone-manage --config-file "$conf" db_sync
  keystone-manage --config-file "$conf" fernet_setup --keystone-user "$me" --keystone-group "$(id -gn)"
  keystone-manage --config-file "$conf" credential_setup --keystone-user "$me" --keystone-group "$(id -gn)"
  keystone-manage --config-file "$conf" bootstrap --bootstrap-password admin --bootstrap-region-id local \
    --bootstrap-public-url "http://127.0.0.1:$keystone/v3"
  # Readers do not block writers then: keystone has several connections open at a time.
  "$PYTHON" -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode=WAL")' data/keystone.db
}

make_rings() {
  local server
  for server in account container object; do
    (
      cd config/swift
      "$PYTHON" -c "$RUN_RING" "$server.builder" create 4 1 0
      "$PYTHON" -c "$RUN_RING" "$server.builder" add --region 1 --zone 1 --ip 127.0.0.1 --port "${!server}" --device d1 --weight 1
      "$PYTHON" -c "$RUN_RING" "$server.builder" rebalance
    )
  done
}

# Fills keystone through its API, as an administrator would.
make_users() {
  local token project user service role credential
  token=$(issue_token admin admin admin)
  project=$(identity "$token" POST projects '{"project":{"name":"druid","domain_id":"default"}}' .project.id)
  user=$(identity "$token" POST users '{"user":{"name":"backup","domain_id":"default","password":"backup-password"}}' .user.id)
  role=$(identity "$token" GET 'roles?name=member' '' '.roles[0].id')
  identity "$token" PUT "projects/$project/users/$user/roles/$role" '' ''
  service=$(identity "$token" POST services '{"service":{"type":"object-store","name":"swift"}}' .service.id)
  identity "$token" POST endpoints "$(jq -nc --arg service "$service" --arg url "http://127.0.0.1:$swift/v1/AUTH_%(project_id)s" \
    '{endpoint: {service_id: $service, interface: "public", region_id: "local", url: $url}}')" .endpoint.id
  token=$(issue_token backup backup-password druid)
  credential=$(identity "$token" POST "users/$user/application_credentials" '{"application_credential":{"name":"druid-backup"}}' \
    '"\(.application_credential.id) \(.application_credential.secret)"')
  printf 'APPLICATION_CREDENTIAL_ID=%s\nAPPLICATION_CREDENTIAL_SECRET=%s\n' "${credential% *}" "${credential#* }" >application-credential
}

issue_token() {
  curl -fsS -o /dev/null -D - -H 'Content-Type: application/json' "http://127.0.0.1:$keystone/v3/auth/tokens" \
    -d "$(jq -nc --arg name "$1" --arg password "$2" --arg project "$3" '{auth: {
      identity: {methods: ["password"], password: {user: {name: $name, password: $password, domain: {id: "default"}}}},
      scope: {project: {name: $project, domain: {id: "default"}}}}}')" |
    sed -n 's/^X-Subject-Token: \(.*\)\r$/\1/Ip'
}

# identity TOKEN METHOD PATH BODY FILTER calls keystone and prints what the filter picks.
identity() {
  local body=()
  [[ -z $4 ]] || body=(-H 'Content-Type: application/json' -d "$4")
  curl -fsS -X "$2" -H "X-Auth-Token: $1" "${body[@]}" "http://127.0.0.1:$keystone/v3/$3" | { [[ -n $5 ]] && jq -r "$5" || cat; }
}
