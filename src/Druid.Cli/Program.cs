using Druid.Cli;

return await CommandLine.Run(args, Console.Out, Console.Error, CancellationToken.None);
