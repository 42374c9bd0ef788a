namespace Druid.MemberBench.Scenarios;

/// <summary>Full snapshots of 270 MB of random values: ours and those of etcd's own tool, in turns.</summary>
static class FullSnapshots
{
    const int Rounds = 3;
    const long Values = 270_000_000;

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        var (_, url, client) = await bench.Etcd("etcd", cancel);
        using (client) await new Load(client).Add(Values, cancel);
        List<double> stock = [], plain = [], gzip = [], stockGzip = [], memory = [], stockMemory = [], plainMemory = [];
        for (var round = 0; round < Rounds; round++)
        {
            var tool = bench.Program("etcdctl", $"--endpoints={Workbench.Text(url)}", "snapshot", "save", bench.At("stock.db"));
            stock.Add(await tool.Ended(cancel));
            stockMemory.Add(tool.PeakMegabytes);

            var uncompressed = Take(bench, url, "--compress-snapshots=false");
            plain.Add(await uncompressed.Ended(cancel));
            plainMemory.Add(uncompressed.PeakMegabytes);

            var compressed = Take(bench, url, "--compress-snapshots=true");
            gzip.Add(await compressed.Ended(cancel));
            memory.Add(compressed.PeakMegabytes);

            // Stock tools' way to the same file: first the whole, then gzip over it.
            File.Delete(bench.At("stock.db.gz"));
            stockGzip.Add(stock[^1] + await bench.Program("gzip", "--keep", bench.At("stock.db")).Ended(cancel));
            Clear(bench);
        }
        const string scenario = "full snapshot of 270 MB";
        bench.Note(new(scenario, "etcdctl snapshot save", stock.Median(), "s"));
        bench.Note(new(scenario, "etcdctl snapshot save, peak", stockMemory.Median(), "MB"));
        bench.Note(new(scenario, "uncompressed", plain.Median(), "s"));
        bench.Note(new(scenario, "uncompressed, peak", plainMemory.Median(), "MB"));
        bench.Note(new(scenario, "uncompressed against etcdctl", plain.Zip(stock, (ours, theirs) => ours / theirs).Median(), "", 1.1));
        bench.Note(new(scenario, "etcdctl snapshot save, then gzip", stockGzip.Median(), "s"));
        bench.Note(new(scenario, "gzip", gzip.Median(), "s", 5.2));
        bench.Note(new(scenario, "gzip, peak", memory.Median(), "MB", 79));
    }

    static Observed Take(Workbench bench, Uri url, string compression) =>
        bench.Agent(null, "snapshot", "take", $"--endpoints={Workbench.Text(url)}", "--storage-provider=Local", "--store-container=store", compression);

    static void Clear(Workbench bench)
    {
        Directory.Delete(bench.At("store"), recursive: true);
        File.Delete(bench.At("stock.db"));
    }
}
