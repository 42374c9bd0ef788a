using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.StateMachine;

/// <summary>The log keeps everything that a decision depends on: a field added to a view and forgotten in its notation is found here.</summary>
public sealed class NotationTests
{
    // What decides nothing: it is there to be shown.
    static readonly string[] ForShow = [$"{nameof(ComponentView)}.{nameof(ComponentView.Difference)}", $"{nameof(MemberView)}.{nameof(MemberView.Trouble)}"];

    static readonly ClusterView Base = new() { Wanted = 2, Plan = new(1, PeerTls.Prepared), Components = [], Members = [] };

    public static TheoryData<string> ClusterFields => [.. Variants(Base).Select(v => v.Path)];

    [Theory, MemberData(nameof(ClusterFields))]
    public void Every_field_of_a_cluster_view_survives(string path) => Survives(Base, path, ClusterViewNotation.Write, ClusterViewNotation.Read);

    public static TheoryData<string> CopyFields => [.. Variants(new BackupCopyView()).Select(v => v.Path)];

    [Theory, MemberData(nameof(CopyFields))]
    public void Every_field_of_a_copy_task_view_survives(string path) => Survives(new BackupCopyView(), path, TaskViewNotation.Write, TaskViewNotation.ReadBackupCopy);

    public static TheoryData<string> OpsFields => [.. Variants(new OpsTaskView()).Select(v => v.Path)];

    [Theory, MemberData(nameof(OpsFields))]
    public void Every_field_of_an_ops_task_view_survives(string path) => Survives(new OpsTaskView(), path, TaskViewNotation.Write, TaskViewNotation.ReadOpsTask);

    static void Survives<T>(T usual, string path, Func<T, string> write, Func<string, T> read) where T : class
    {
        var variant = Variants(usual).Single(v => v.Path == path);
        var text = write((T)variant.Changed);
        Assert.NotEqual(write((T)variant.Unchanged), text);
        Assert.Equal(text, write(read(text)));
        Assert.DoesNotContain('|', text);
    }

    // The record with one field changed, for each of its fields, however deep; and what it is compared with.
    static IEnumerable<(string Path, object Unchanged, object Changed)> Variants(object record)
    {
        foreach (var property in record.GetType().GetProperties().Where(p => p.SetMethod is not null && !ForShow.Contains($"{p.DeclaringType!.Name}.{p.Name}")))
        {
            foreach (var (path, unchanged, changed) in Others(property.PropertyType, property.GetValue(record)))
            {
                yield return ($"{record.GetType().Name}.{property.Name}{path}", With(record, property, unchanged), With(record, property, changed));
            }
        }
    }

    static object With(object record, PropertyInfo property, object? value)
    {
        var copy = record.GetType().GetMethod("<Clone>$")?.Invoke(record, []) ?? RuntimeHelpers.GetObjectValue(record);
        property.SetValue(copy, value);
        return copy!;
    }

    static IEnumerable<(string Path, object? Unchanged, object? Changed)> Others(Type type, object? present)
    {
        if (type == typeof(bool))
        {
            return [("", present, !(bool)present!)];
        }
        if (type == typeof(int) || type == typeof(long))
        {
            return [("", present, Convert.ChangeType(7, type, CultureInfo.InvariantCulture))];
        }
        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Where(v => !v.Equals(present)).Select(v => ($"={v}", present, (object?)v));
        }
        if (type == typeof(string))
        {
            return [("", present, "text")];
        }
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var element = type.GetGenericArguments()[0];
            return element == typeof(string)
                ? [("", present, Only(element, "an error"))]
                : Variants(Sample(element)).Select(e => ($"[]{e.Path}", (object?)Only(element, e.Unchanged), (object?)Only(element, e.Changed)));
        }
        return Variants(present!).Select(v => ($"/{v.Path}", (object?)v.Unchanged, (object?)v.Changed));
    }

    static object Sample(Type element) => element == typeof(MemberView)
        ? new MemberView { Ordinal = 0 }
        : new ComponentView(ComponentKind.ServiceAccount, ComponentState.Current);

    static object Only(Type element, object value)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(value, 0);
        return typeof(ImmutableArray).GetMethods().First(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(element).Invoke(null, [list])!;
    }
}
