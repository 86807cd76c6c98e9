using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Volumes;

/// <summary>The core's rarer effects on a session: control frames, answers to a hello, questions, the end.</summary>
internal sealed class PeerEffects(VolumeLoop loop, CopyReader copies)
{
    /// <summary>Runs one effect of the owner's turn on the session that it names.</summary>
    public void Run(StreamSession session, in Effect effect, Generation generation)
    {
        switch (effect.Kind)
        {
            case EffectKind.SendFrame:
                session.SendFrame(effect);
                break;
            case EffectKind.FetchRange:
                var question = effect;
                loop.RunOnDisk(() => copies.Fetch(session, question));
                break;
            case EffectKind.SendFailure:
                session.SendNack(generation, effect.Position, effect.Code);
                break;
            case EffectKind.AcceptPeer:
                Accept(session, effect, generation);
                break;
            case EffectKind.RefusePeer:
                var refusal = (Refusal)effect.Detail!;
                session.SendControl(
                    WanFrameType.Refuse,
                    effect.Generation,
                    new WanRefusal(refusal.Code, refusal.Message + " " + refusal.Cause, refusal.Correction).Write());
                session.Admission?.TrySetResult(false);
                break;
            case EffectKind.DropPeer:
                session.Dispose();
                break;
            default:
                Invariant.Require(false, $"The executor knows effect {effect.Kind}");
                break;
        }
    }

    private void Accept(StreamSession session, in Effect effect, Generation generation)
    {
        loop.Tickets.ForgetFrames(effect.Peer.Index, effect.Session);
        var welcome = (Welcome)effect.Detail!;
        session.SendControl(
            WanFrameType.Welcome, generation, VolumeHello.Of(loop.Configuration, welcome.Facts, session.Session).Write());
        session.SendInDoubt(generation, welcome.InDoubt);
        session.Admission?.TrySetResult(true);
    }
}
