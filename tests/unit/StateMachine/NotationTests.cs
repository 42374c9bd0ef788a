using System.Collections.Immutable;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.StateMachine;

/// <summary>The log keeps everything that a decision depends on: a field added to a view and forgotten in its notation is found here.</summary>
public sealed class NotationTests
{
    // What decides nothing: it is there to be shown.
    static readonly string[] ForShow = [$"{nameof(ComponentView)}.{nameof(ComponentView.Difference)}"];

    static readonly ClusterView Base = new() { Wanted = 2, Plan = new(1, PeerTls.Prepared), Components = [], Members = [] };

    public static TheoryData<string> ClusterFields => [.. Variants(Base).Select(v => v.Path)];

    [Theory, MemberData(nameof(ClusterFields))]
    public void Every_field_of_a_cluster_view_survives(string path)
    {
        var changed = (ClusterView)Variants(Base).Single(v => v.Path == path).Value;
        var text = ClusterViewNotation.Write(changed);
        Assert.NotEqual(ClusterViewNotation.Write(Base), text);
        Assert.Equal(text, ClusterViewNotation.Write(ClusterViewNotation.Read(text)));
        Assert.DoesNotContain('|', text);
    }

    public static TheoryData<string> CopyFields => [.. Variants(new BackupCopyView()).Select(v => v.Path)];

    [Theory, MemberData(nameof(CopyFields))]
    public void Every_field_of_a_copy_task_view_survives(string path)
    {
        var text = TaskViewNotation.Write((BackupCopyView)Variants(new BackupCopyView()).Single(v => v.Path == path).Value);
        Assert.NotEqual(TaskViewNotation.Write(new BackupCopyView()), text);
        Assert.Equal(text, TaskViewNotation.Write(TaskViewNotation.ReadBackupCopy(text)));
    }

    public static TheoryData<string> OpsFields => [.. Variants(new OpsTaskView()).Select(v => v.Path)];

    [Theory, MemberData(nameof(OpsFields))]
    public void Every_field_of_an_ops_task_view_survives(string path)
    {
        var text = TaskViewNotation.Write((OpsTaskView)Variants(new OpsTaskView()).Single(v => v.Path == path).Value);
        Assert.NotEqual(TaskViewNotation.Write(new OpsTaskView()), text);
        Assert.Equal(text, TaskViewNotation.Write(TaskViewNotation.ReadOpsTask(text)));
    }

    // The record with one field changed, for each of its fields, however deep.
    static IEnumerable<(string Path, object Value)> Variants(object record)
    {
        foreach (var property in record.GetType().GetProperties().Where(p => p.SetMethod is not null && !ForShow.Contains($"{p.DeclaringType!.Name}.{p.Name}")))
        {
            foreach (var (path, value) in Others(property.PropertyType, property.GetValue(record)))
            {
                var copy = record.GetType().GetMethod("<Clone>$")?.Invoke(record, []) ?? record;
                property.SetValue(copy, value);
                yield return ($"{record.GetType().Name}.{property.Name}{path}", copy);
            }
        }
    }

    static IEnumerable<(string Path, object? Value)> Others(Type type, object? present)
    {
        if (type == typeof(bool))
        {
            return [("", !(bool)present!)];
        }
        if (type == typeof(int) || type == typeof(long))
        {
            return [("", Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture))];
        }
        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Where(v => !v.Equals(present)).Select(v => ($"={v}", (object?)v));
        }
        if (type == typeof(string))
        {
            return [("", "text")];
        }
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var element = type.GetGenericArguments()[0];
            return Elements(element).Select(e => ($"[]{e.Path}", (object?)Single(type, element, e.Value)));
        }
        return present is ValueType
            ? type.GetProperties().Where(p => p.CanWrite).SelectMany(p => Variants(present)).DistinctBy(v => v.Path).Select(v => ($"/{v.Path}", (object?)v.Value))
            : Variants(present!).Select(v => ($"/{v.Path}", (object?)v.Value));
    }

    static IEnumerable<(string Path, object Value)> Elements(Type element)
    {
        if (element == typeof(string))
        {
            return [("", "an error")];
        }
        object sample = element == typeof(MemberView) ? new MemberView { Ordinal = 0 } : new ComponentView(ComponentKind.ServiceAccount, ComponentState.Current);
        Assert.IsType(element, sample);
        return Variants(sample);
    }

    static object Single(Type array, Type element, object value)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(value, 0);
        return typeof(ImmutableArray).GetMethods().First(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(element).Invoke(null, [list])!;
    }
}
