using Microsoft.AspNetCore.Http;

namespace Druid.FaultTests.Proxy;

/// <summary>A request to the API server, as its path and method tell it.</summary>
/// <param name="Verb">As Kubernetes calls it: get, list, watch, create, replace, patch, apply or delete.</param>
/// <param name="Resource">The plural name and the subresource, if there is one; empty for discovery.</param>
/// <param name="Name">The object's name; empty where the request is about many, or the server chooses the name.</param>
sealed record Call(string Verb, string Resource, string Name)
{
    /// <summary>It changes something.</summary>
    public bool IsWrite => Verb is not ("get" or "list" or "watch");

    /// <summary>It only tells a story, which nothing depends on.</summary>
    public bool IsEvent => Resource == "events";

    /// <summary>It renews or takes a lease of leadership.</summary>
    public bool IsElection => Resource == "leases" && Verb is "replace" or "create" && Name is "" or "druid-leader-election";

    /// <summary>What a request is about.</summary>
    public static Call Of(HttpRequest request)
    {
        var (resource, name) = Target(request.Path.Value!);
        var verb = request.Method switch
        {
            "POST" => "create",
            "PUT" => "replace",
            "DELETE" => "delete",
            "PATCH" => request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true ? "apply" : "patch",
            _ when name.Length > 0 => "get",
            _ => request.Query["watch"] is ["true" or "1"] ? "watch" : resource.Length > 0 ? "list" : "get",
        };
        return new(verb, resource, name);
    }

    /// <summary>The same path within one namespace: a proxy shows its operator no other.</summary>
    public static string Within(string ns, string path) => Segments(path) switch
    {
        ["api", var version, var resource] when resource != "namespaces" => $"/api/{version}/namespaces/{ns}/{resource}",
        ["apis", var group, var version, var resource] when IsNamespaced(group, resource) => $"/apis/{group}/{version}/namespaces/{ns}/{resource}",
        _ => path,
    };

    public override string ToString() => $"{Verb} {Resource} {Name}".TrimEnd();

    static bool IsNamespaced(string group, string resource) =>
        group is not ("apiextensions.k8s.io" or "admissionregistration.k8s.io" or "storage.k8s.io") && !resource.StartsWith("cluster", StringComparison.Ordinal);

    static (string Resource, string Name) Target(string path)
    {
        var rest = Segments(path) switch
        {
            ["api", _, "namespaces", _, .. var inside] => inside,
            ["apis", _, _, "namespaces", _, .. var inside] => inside,
            ["api", _, .. var clusterWide] => clusterWide,
            ["apis", _, _, .. var clusterWide] => clusterWide,
            _ => [],
        };
        return rest switch
        {
            [var resource] => (resource, ""),
            [var resource, var name] => (resource, name),
            [var resource, var name, var sub, ..] => ($"{resource}/{sub}", name),
            _ => ("", ""),
        };
    }

    static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
