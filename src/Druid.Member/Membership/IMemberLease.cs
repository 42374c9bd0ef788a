namespace Druid.Member.Membership;

/// <summary>The member's lease: where it reports, and where the operator tells it what to do.</summary>
interface IMemberLease
{
    /// <summary>What the lease remembers and says now.</summary>
    /// <exception cref="LeaseUnavailableException">It cannot be read now.</exception>
    Task<MemberRecord> Read(CancellationToken cancel);

    /// <summary>Reports, and returns what the operator told the member to do.</summary>
    /// <exception cref="LeaseUnavailableException">It cannot be written now.</exception>
    Task<MemberTask> Renew(MemberReport report, CancellationToken cancel);

    /// <summary>Reports that the member's data is gone although it was a member. The next <see cref="Renew"/> takes it back.</summary>
    /// <exception cref="LeaseUnavailableException">It cannot be written now.</exception>
    Task ReportDataLost(CancellationToken cancel);
}

/// <summary>The lease cannot be read or written now; the message says why.</summary>
sealed class LeaseUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>No lease, for members that no operator looks after.</summary>
sealed class NoMemberLease : IMemberLease
{
    /// <inheritdoc/>
    public Task<MemberRecord> Read(CancellationToken cancel) => Task.FromResult(default(MemberRecord));

    /// <inheritdoc/>
    public Task<MemberTask> Renew(MemberReport report, CancellationToken cancel) => Task.FromResult(MemberTask.Serve);

    /// <inheritdoc/>
    public Task ReportDataLost(CancellationToken cancel) => Task.CompletedTask;
}
