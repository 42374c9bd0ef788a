using Druid.Member.Data;
using Druid.Member.Snapshots;
using Serilog;

namespace Druid.Member.Restore;

/// <summary>
/// Applies delta snapshots to a data directory: events become entries of the log, and a private etcd applies the log. So they
/// are applied in their order and by etcd's own code, at the speed at which etcd reads its log and not at that of a request
/// after the other.
/// </summary>
sealed class DeltaReplay(string dataDirectory, PrivateEtcd etcd, ILogger log)
{
    // The private etcd holds the entries of a batch in memory.
    const long BatchSize = 64 << 20;

    // "druid" in the upper bytes: etcd makes ids of leases out of its member's id and the time.
    const long MarkBase = 0x6472_7569_6400_0000;

    readonly HashSet<long> _leases = [];

    string Database => Path.Combine(dataDirectory, "member", "snap", "db");

    string LogDirectory => Path.Combine(dataDirectory, "member", "wal");

    /// <summary>Events that were applied.</summary>
    public long Events { get; private set; }

    /// <summary>Has etcd apply all of its log, as a single member does when it starts.</summary>
    /// <param name="disarm">Whether to disarm alarms, so that writes are accepted.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The revision.</returns>
    public async Task<long> Resume(bool disarm, CancellationToken cancel)
    {
        var end = WriteAheadLog.Verify(LogDirectory, cancel);
        using (var appender = new LogAppender(end))
        {
            foreach (var alarm in disarm ? EtcdDatabase.Read(Database).Alarms : [])
            {
                // Out of space or found corrupt, etcd refuses writes; these were accepted once.
                appender.Append(new() { Alarm = new() { Action = Etcd.Rpc.AlarmRequest.Types.AlarmAction.Deactivate, MemberID = alarm.MemberID, Alarm = alarm.Alarm } });
            }
            end = End(appender);
        }
        return await Apply(end, cancel);
    }

    /// <summary>Applies deltas.</summary>
    /// <param name="deltas">Opens them in their order; each is null after the last.</param>
    /// <param name="upTo">The last revision to apply.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The revision that the database is at.</returns>
    /// <exception cref="RestoreException">A delta is damaged, revisions are missing, or etcd did not make the revisions that it should.</exception>
    public async Task<long> Apply(IAsyncEnumerable<(Snapshot Delta, Stream Content)> deltas, long upTo, CancellationToken cancel)
    {
        var end = WriteAheadLog.Verify(LogDirectory, cancel);
        var appender = new LogAppender(end);
        try
        {
            var events = new DeltaLog(appender, EtcdDatabase.Read(Database).Revision, _leases);
            await foreach (var (delta, content) in deltas)
            {
                await using var reader = new DeltaReader(content, delta.Name);
                var from = events.Revision;
                try
                {
                    while (await reader.Next(cancel) is { } next)
                    {
                        if (next.Change.Kv?.ModRevision > upTo) continue;
                        Events++;
                        if (!events.Add(next) || appender.Bytes < BatchSize) continue;
                        // The event just added belongs to the next revision; it is logged with that one.
                        end = End(appender);
                        appender.Dispose();
                        await Expect(events.Revision, end, cancel);
                        end = WriteAheadLog.Advance(end, cancel);
                        appender = new LogAppender(end);
                        events.ContinueIn(appender);
                    }
                }
                catch (InvalidDataException damage)
                {
                    throw new RestoreException($"{delta.Path} cannot be applied: {damage.Message}. Restore up to revision {from}, or repair the store", damage);
                }
                events.Flush();
                log.Information("{Delta} brings the data to revision {Revision}", delta.Name, events.Revision);
            }
            end = End(appender);
            appender.Dispose();
            await Expect(events.Revision, end, cancel);
            return events.Revision;
        }
        finally
        {
            appender.Dispose();
        }
    }

    /// <summary>Forgets all revisions before the last one.</summary>
    public async Task Compact(CancellationToken cancel)
    {
        var revision = EtcdDatabase.Read(Database).Revision;
        using (var appender = new LogAppender(WriteAheadLog.Verify(LogDirectory, cancel)))
        {
            appender.Append(new() { Compaction = new() { Revision = revision } });
            appender.Commit();
        }
        await etcd.RunUntil("the compaction was done", database => EtcdDatabase.CompactedRevision(database) == revision, cancel);
    }

    // A lease that means nothing: once it is in the database, so is all that was logged before it. It runs out by itself.
    static LogEnd End(LogAppender appender)
    {
        appender.Append(new() { LeaseGrant = new() { ID = Mark(appender.Index + 1), TTL = 1 } });
        return appender.Commit();
    }

    static long Mark(ulong index) => MarkBase | (long)index;

    async Task<long> Apply(LogEnd end, CancellationToken cancel)
    {
        await etcd.RunUntil($"entry {end.Index} of its log was applied", database => EtcdDatabase.HasLease(database, Mark(end.Index)), cancel);
        return EtcdDatabase.Read(Database).Revision;
    }

    async Task Expect(long revision, LogEnd end, CancellationToken cancel)
    {
        if (await Apply(end, cancel) is var reached && reached != revision)
            throw new RestoreException($"etcd is at revision {reached} after the events up to revision {revision}: the deltas do not belong to the full snapshot, or one of them is incomplete");
    }
}
