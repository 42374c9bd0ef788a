namespace Druid.Kubernetes.Resources;

/// <summary>Selects objects by label: all requirements must hold; an empty selector selects everything.</summary>
public sealed record LabelSelector
{
    /// <summary>Labels that must have exactly these values.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Further requirements.</summary>
    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>Whether labels satisfy the selector.</summary>
    /// <exception cref="InvalidOperationException">A requirement has an operator that does not exist.</exception>
    public bool Matches(IReadOnlyDictionary<string, string>? labels) =>
        (MatchLabels ?? Json.StringMap.Empty).All(wanted => labels?.GetValueOrDefault(wanted.Key) == wanted.Value)
        && (MatchExpressions ?? []).All(requirement => requirement.Matches(labels));

    /// <summary>The selector as a query parameter: <c>app=etcd,tier in (a,b),!old</c>.</summary>
    public override string ToString() => string.Join(
        ',',
        (MatchLabels ?? Json.StringMap.Empty).Select(wanted => $"{wanted.Key}={wanted.Value}")
            .Concat((MatchExpressions ?? []).Select(requirement => requirement.ToString())));
}

/// <summary>One requirement of a <see cref="LabelSelector"/>.</summary>
public sealed record LabelSelectorRequirement
{
    /// <summary>The label.</summary>
    public required string Key { get; init; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The values of <c>In</c> and <c>NotIn</c>.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether labels satisfy the requirement; <c>NotIn</c> also holds where the label is absent.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        var value = labels?.GetValueOrDefault(Key);
        return Operator switch
        {
            "In" => value is not null && Values?.Contains(value) == true,
            "NotIn" => value is null || Values?.Contains(value) != true,
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => throw new InvalidOperationException(
                $"Label selector on '{Key}': operator '{Operator}' is none of In, NotIn, Exists, DoesNotExist."),
        };
    }

    /// <summary>The requirement as a query parameter.</summary>
    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values ?? [])})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values ?? [])})",
        "DoesNotExist" => $"!{Key}",
        _ => Key,
    };
}
