using System.Text.Json.Serialization;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Json;

/// <summary>Source-generated JSON of every kind known here: nothing is found by reflection, so everything can be trimmed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(PooledStringConverter), typeof(StringMapConverter), typeof(TimeConverter)])]
[JsonSerializable(typeof(ClusterRole))]
[JsonSerializable(typeof(ClusterRoleBinding))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(Endpoints))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(PersistentVolume))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(PodOutline))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(RoleBinding))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(StorageClass))]
[JsonSerializable(typeof(ValidatingWebhookConfiguration))]
public sealed partial class KubernetesJson : JsonSerializerContext;
