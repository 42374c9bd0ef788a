# From [services, endpoints], lists as the API server gives them, to a hosts file: "address name.svc.cluster.local name.svc".

def names: "\(.).svc.cluster.local \(.).svc";
def qualified: "\(.metadata.name).\(.metadata.namespace)";

(.[0].items | map({key: qualified, value: .spec}) | from_entries) as $services
| [
    # A service with an address of its own.
    (.[0].items[]
      | select(.spec.clusterIP // "" | . != "" and . != "None")
      | "\(.spec.clusterIP) \(qualified | names)"),

    # A headless one: each of its pods by the service's name, and by its own host name below that.
    (.[1].items[]
      | qualified as $name
      | $services[$name] as $service
      | select($service.clusterIP == "None")
      | .subsets[]?
      | .addresses[]?, if $service.publishNotReadyAddresses then .notReadyAddresses[]? else empty end
      | "\(.ip) \($name | names)", (select(.hostname) | "\(.ip) \("\(.hostname).\($name)" | names)"))
  ]
| unique[]
