using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Druid.Http;

/// <summary>
/// The services that Kestrel registers with the builder of a web host, whose part is played here, because there is no host; and what
/// it asks a host for: no logging, and meters that are its own.
/// </summary>
sealed class KestrelServices : IWebHostBuilder
{
    readonly ServiceCollection _services = [];

    /// <summary>All that a server needs.</summary>
    public static ServiceProvider Provide(Action<KestrelServerOptions> configure)
    {
        var builder = new KestrelServices();
        builder._services.AddOptions();
        builder._services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder._services.AddSingleton<IMeterFactory, Meters>();
        builder._services.AddSingleton<DiagnosticSource>(_ => new DiagnosticListener("Microsoft.AspNetCore"));
        builder.UseKestrelCore().ConfigureKestrel(configure);
        return builder._services.BuildServiceProvider();
    }

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
    {
        configureServices(new(), _services);
        return this;
    }

    // Kestrel asks for none of the rest.
#pragma warning disable ASPDEPR008 // The interface has it, though hosts are built otherwise now.
    public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;

    sealed class Meters : IMeterFactory
    {
        readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
