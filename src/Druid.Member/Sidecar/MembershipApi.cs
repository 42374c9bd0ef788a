using System.Globalization;
using System.Text;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Microsoft.AspNetCore.Http;

namespace Druid.Member.Sidecar;

/// <summary>
/// Changes of the membership that the operator asks for: <c>POST /members/remove?id=HEX</c> and
/// <c>POST /leader/move?to=HEX</c>. What is asked for is checked against etcd at that moment, because the view of whoever
/// asks may be old: a removal that would leave the rest without a quorum is refused with 409.
/// </summary>
/// <param name="etcd">The member's own etcd.</param>
sealed class MembershipApi(EtcdClient etcd)
{
    static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Removes a member. One that is none any more counts as removed.</summary>
    public Task Remove(HttpContext context) => Answer(context, "id", async (id, cancel) =>
    {
        var members = (await etcd.MemberList(cancel)).Members;
        if (members.FirstOrDefault(m => m.ID == id) is not { } leaver)
            return "it is no member any more\n";
        var rest = members.Where(m => m.ID != id && !m.IsLearner).ToList();
        if (!leaver.IsLearner && await Serving(rest, cancel) is var serving && serving < rest.Count / 2 + 1)
            throw new RefusedException($"only {serving} of the {rest.Count} voters that would stay serve, and {rest.Count / 2 + 1} are a quorum");
        await etcd.MemberRemove(id, cancel);
        return "removed\n";
    });

    /// <summary>Hands leadership to a voter. One that leads already counts as done.</summary>
    public Task MoveLeader(HttpContext context) => Answer(context, "to", async (to, cancel) =>
    {
        if ((await etcd.Status(cancel)).Leader == to)
            return "it leads already\n";
        await etcd.MoveLeader(to, cancel);
        return "moved\n";
    });

    // How many of these members answer for themselves; all are asked at once.
    async Task<int> Serving(List<ClusterMember> members, CancellationToken cancel) =>
        (await Task.WhenAll(members.Select(m => Serves(m, cancel)))).Count(serves => serves);

    async Task<bool> Serves(ClusterMember member, CancellationToken cancel)
    {
        try
        {
            var at = etcd.At([.. member.ClientURLs.Select(url => new Uri(url))]).Within(LookTimeout);
            return (await at.Status(cancel)).Leader != 0;
        }
        catch (Exception failure) when (failure is EtcdException or ArgumentException)
        {
            return false;
        }
    }

    static async Task Answer(HttpContext context, string parameter, Func<ulong, CancellationToken, Task<string>> act)
    {
        if (context.Request.Method != HttpMethods.Post)
        {
            await Text(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} changes the cluster: POST it\n");
            return;
        }
        if (!ulong.TryParse(context.Request.Query[parameter], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id))
        {
            await Text(context, StatusCodes.Status400BadRequest, $"{parameter} must be a member's id in hexadecimal\n");
            return;
        }
        try
        {
            await Text(context, StatusCodes.Status200OK, await act(id, context.RequestAborted));
        }
        catch (RefusedException refusal)
        {
            await Text(context, StatusCodes.Status409Conflict, $"refused: {refusal.Message}\n");
        }
        catch (EtcdException failure)
        {
            await Text(context, StatusCodes.Status503ServiceUnavailable, $"{failure.Message}\n");
        }
    }

    static Task Text(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, Encoding.UTF8, context.RequestAborted);
    }

    sealed class RefusedException(string reason) : Exception(reason);
}
