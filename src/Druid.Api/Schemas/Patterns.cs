namespace Druid.Api.Schemas;

/// <summary>Regular expressions of text fields. Every text that one of them admits can be read, so that no stored object is unreadable.</summary>
static class Patterns
{
    // A number and a unit, so few digits that no duration of at most DurationLength characters exceeds the 292 years that fit.
    const string Fraction = @"(\.[0-9]{1,9})?";
    const string Term = "([0-9]{1,5}" + Fraction + "h|[0-9]{1,7}" + Fraction + "m|[0-9]{1,9}" + Fraction + "s|[0-9]{1,12}" + Fraction
        + "ms|[0-9]{1,15}" + Fraction + "(us|µs)|[0-9]{1,18}" + Fraction + "ns)";

    /// <summary>Longest text of a duration.</summary>
    public const int DurationLength = 64;

    /// <summary>A duration in Go's notation.</summary>
    public const string Duration = "^" + Term + "+$";

    /// <summary>A duration in Go's notation, or 0.</summary>
    public const string DurationOrZero = "^(0|" + Term + "+)$";

    /// <summary>A quantity of Kubernetes.</summary>
    public const string Quantity = @"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?[0-9]{1,9}))?$";

    /// <summary>Five fields of a cron schedule.</summary>
    public const string Cron = @"^[0-9*?,/-]+\s+[0-9*?,/-]+\s+[0-9*?,/-]+\s+[0-9A-Za-z*?,/-]+\s+[0-9A-Za-z*?,/-]+$";

    /// <summary>A label of a DNS name.</summary>
    public const string DnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>A member's name: a DNS label that ends in the ordinal.</summary>
    public const string MemberName = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?-[0-9]+$";

    /// <summary>The name of a bucket or container.</summary>
    public const string Container = "^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$";

    /// <summary>What a text that does not match the pattern must be.</summary>
    public static string Explain(string pattern) => pattern switch
    {
        Duration => "must be a duration such as 1h30m, 20s or 500ms: numbers with the units h, m, s, ms, us and ns",
        DurationOrZero => "must be a duration such as 10m or 1h30m, numbers with the units h, m, s, ms, us and ns, or 0",
        Quantity => "must be a number, with a unit out of Ki, Mi, Gi, Ti, Pi, Ei, n, u, m, k, M, G, T, P and E if it has one, such as 8Gi or 500m",
        Cron => "must be a cron schedule of five fields in UTC, minute hour day-of-month month day-of-week, such as '0 */2 * * *'",
        DnsLabel => "must consist of small letters, digits and dashes, the first and the last no dash",
        MemberName => "must be a member's name: small letters, digits and dashes, and at the end a dash and the member's number, such as etcd-main-0",
        Container => "must have 3 to 63 letters, digits, dots, underscores and dashes, the first and the last a letter or digit",
        _ => $"must match {pattern}",
    };
}
