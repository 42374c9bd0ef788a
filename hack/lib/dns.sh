# shellcheck shell=bash
# Cluster DNS: dnsmasq answers from a file of records that dns-records keeps current. Names it does not know do not
# exist; it asks nobody else.

start_dns() {
  network
  : >"$STATE/config/records"
  start dns "$(binary dnsmasq)" --keep-in-foreground --conf-file=/dev/null --user=root --pid-file=/run/dnsmasq.pid \
    --listen-address="$HOST" --bind-interfaces --no-resolv --no-hosts --addn-hosts=/run/druid/config/records \
    --local=/#/ --log-facility=-
  start dns-records bin/dns-records "$(server)"
}

dns_knows_kubernetes() { grep -q kubernetes.default.svc "$STATE/config/records"; }
