namespace Druid.Model;

/// <summary>The StatefulSet controller, the garbage collector and the kubelets.</summary>
sealed class Kubernetes(Scenario scenario)
{
    public void Moves(in World w, Emitter emit)
    {
        if (w.Set != w.SetKnown)
        {
            var next = w;
            next.SetKnown = w.Set;
            emit.Add(next, Process.SetController, Verb.ObserveSet);
        }
        if (w.Owned.Others == Existence.Going)
        {
            var next = w;
            next.Owned.Others = Existence.Missing;
            emit.Add(next, Process.SetController, Verb.FinishDeletion);
        }
        for (var i = 0; i < scenario.Members; i++)
        {
            ControlPod(in w, i, emit);
            RunPod(in w, i, emit);
            if (w.Members[i].Capacity == Capacity.Growing)
            {
                var next = w;
                next.Members[i].Capacity = Capacity.Larger;
                emit.Add(next, (byte)(Process.Storage + i), Verb.GrowVolume, i);
            }
        }
        Roll(in w, emit);
    }

    // From the highest ordinal down, the first pod that is outdated goes, unless one above it is not ready. Those below are not
    // asked: the controller knows of no quorum.
    static void Roll(in World w, Emitter emit)
    {
        for (var i = w.SetKnown.Size - 1; i >= 0 && w.Set.Exists && w.SetKnown is { Exists: true, Rolls: true }; i--)
        {
            ref readonly var m = ref w.Members[i];
            if (m.Pod.Phase is not (Phase.None or Phase.Going) && m.Pod.Revision != w.SetKnown.Revision)
            {
                var next = w;
                (next.Members[i].Pod.Phase, next.Members[i].Pod.Ready) = (Phase.Going, false);
                emit.Add(next, Process.SetController, Verb.RollPod, i);
                return;
            }
            if (!m.Pod.Ready)
            {
                return;
            }
        }
    }

    // The controller works on what it has observed, which may be an older StatefulSet.
    static void ControlPod(in World w, int i, Emitter emit)
    {
        ref readonly var m = ref w.Members[i];
        if (w.SetKnown.Exists && w.Set.Exists && i < w.SetKnown.Size && m.Pod.Phase == Phase.None)
        {
            var next = w;
            ref var created = ref next.Members[i];
            created.Pod = new(Phase.Starting, false, w.SetKnown.Revision);
            if (m.Disk == Disk.None)
            {
                created.Capacity = w.SetKnown.Larger ? Capacity.Larger : Capacity.First;
                created.Disk = m.Seat != Seat.None && m.HasRun ? Disk.Lost : Disk.Blank;
            }
            emit.Add(next, Process.SetController, Verb.CreatePod, i);
        }
        var unwanted = (!w.Set.Exists && !w.Orphans) || (w.SetKnown.Exists && i >= w.SetKnown.Size);
        if (unwanted && m.Pod.Phase is not (Phase.None or Phase.Going))
        {
            var next = w;
            (next.Members[i].Pod.Phase, next.Members[i].Pod.Ready) = (Phase.Going, false);
            emit.Add(next, Process.SetController, w.Set.Exists ? Verb.DeleteSurplus : Verb.Collect, i);
        }
    }

    static void RunPod(in World w, int i, Emitter emit)
    {
        ref readonly var m = ref w.Members[i];
        var kubelet = (byte)(Process.Kubelet + i);
        var next = w;
        switch (m.Pod.Phase)
        {
            case Phase.Starting when m.Pod.Revision.Template == Template.Broken:
                next.Members[i].Pod.Phase = Phase.Failed;
                emit.Add(next, kubelet, Verb.FailContainers, i);
                break;
            case Phase.Starting:
                next.Members[i].Pod.Phase = Phase.Running;
                emit.Add(next, kubelet, Verb.StartContainers, i);
                break;
            case Phase.Failed when m.Pod.Revision.Template != Template.Broken:
                next.Members[i].Pod.Phase = Phase.Running;
                emit.Add(next, kubelet, Verb.Restart, i);
                break;
            case Phase.Going:
                next.Members[i].Pod = default;
                emit.Add(next, kubelet, Verb.EndPod, i);
                break;
            case Phase.Running when !m.Pod.Ready && Emitter.CanBeReady(in w, i):
                next.Members[i].Pod.Ready = true;
                emit.Add(next, kubelet, Verb.BecomeReady, i);
                break;
        }
    }
}
