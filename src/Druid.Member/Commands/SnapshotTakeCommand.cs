using System.CommandLine;
using Druid.Member.Etcd;
using Druid.Member.Membership;
using Druid.Member.Snapshots;
using Druid.Member.Stores;

namespace Druid.Member.Commands;

/// <summary><c>druid-member snapshot take</c>: a full snapshot by hand, straight from an etcd into a store.</summary>
static class SnapshotTakeCommand
{
    public static Command Create(LogFlags logging)
    {
        var (etcd, store, snapshots) = (new EtcdFlags(), new StoreFlags(), new SnapshotFlags());
        var final = new Option<bool>("--final") { Description = "Mark it as the last one before the cluster goes away." };
        var command = new Command("take", "Takes a full snapshot now, whether an agent runs beside etcd or not.") { final };
        foreach (var group in new FlagGroup[] { etcd, store, snapshots, logging }) group.AddTo(command);
        command.SetAction((parsed, cancel) => OneShot.Run(parsed, logging, async (log, stop) =>
        {
            var into = store.Read(parsed, Environment.GetEnvironmentVariable) ?? throw new FormatException("--storage-provider is missing: name the store to take the snapshot into");
            await using var opened = new StoreFactory(Environment.GetEnvironmentVariable, TimeProvider.System).Open(into);
            using var client = new EtcdClient(etcd.Read(parsed));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(snapshots.SnapshotTimeout(parsed));
            var named = new Snapshot
            {
                Kind = SnapshotKind.Full,
                StartRevision = 0,
                LastRevision = (await client.Range(ClusterGateway.LinearizableRead, limit.Token)).Header.Revision,
                CreatedOn = TimeProvider.System.GetUtcNow(),
                Compression = snapshots.Compression(parsed),
                IsFinal = parsed.GetValue(final),
            };
            var (taken, bytes) = await FullSnapshot.Take(client, opened, named, limit.Token);
            log.Information("{Snapshot}: {Bytes} bytes of database, {Stored} stored in {Store}", taken.Path, bytes, taken.Size, opened.Description);
        }, cancel));
        return command;
    }
}
