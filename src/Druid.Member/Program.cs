using System.CommandLine;
using Druid.Member.Commands;
using Druid.Member.Wrapper;

// Before anything else, because etcd waits for it.
if (args is [Leash.Command, ..])
    return Leash.Become(args);

var root = new RootCommand("The agent that runs in an etcd pod: around etcd, and beside it.")
{
    StartEtcdCommand.Create(new()),
    ServerCommand.Create(new()),
    SnapshotCommand.Create(),
    SnapshotCommand.Inspect(),
    RestoreCommand.Create(new()),
    CompactCommand.Create(new()),
    CopyCommand.Create(new()),
};
return await root.Parse(args).InvokeAsync();
