using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>The API group of the three kinds.</summary>
public static class ApiGroup
{
    /// <summary>Name of the group.</summary>
    public const string Name = "druid.gardener.cloud";

    /// <summary>The group's one version.</summary>
    public const string Version = "v1alpha1";

    internal static ResourceType<T> ResourceType<T>(string kind, string plural, JsonTypeInfo<T> json) where T : class, IResource =>
        new(Name, Version, kind, plural, namespaced: true, json);
}
