/*
 * Which control plane the page speaks to. It begins with the one it came from. When the stream has been gone for a while,
 * the others are asked: one where this session is good takes over at once, within the open page, so that nothing that was
 * typed is lost. One that answers and does not know the session (its host is another, so the cookie does not go there) is
 * offered for a sign-in. The addresses are learned while the first still answers.
 */

/** `here` is the address that is spoken to; '' is the one the page came from. */
export interface Whereabouts {
  readonly here: string;
  /** Another control plane that answers, and asks for a sign-in of its own. */
  readonly asksSignIn: string | null;
}

type Answer = 'good' | 'asks' | 'silent';
type Ask = (address: string) => Promise<Answer>;

const patienceMs = 4_000;

export class Addresses {
  private others: readonly string[] = [];
  private state: Whereabouts = { here: '', asksSignIn: null };
  private readonly watchers = new Set<() => void>();

  constructor(private readonly ask: Ask = askThere) {}

  readonly current = (): Whereabouts => this.state;

  readonly subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  /** The path at the control plane that is spoken to. */
  readonly of = (path: string): string => this.state.here + path;

  learn(others: readonly string[]): void {
    this.others = others.map((each) => each.replace(/\/+$/, ''));
  }

  /** Asks all of them; true when another one took over. The present one, when it answers, keeps the page. */
  async seek(): Promise<boolean> {
    const { here } = this.state;
    const every = [here, '', ...this.others].filter((each, at, all) => all.indexOf(each) === at);
    const answers = await Promise.all(every.map(async (address) => ({ address, answer: await this.ask(address) })));
    // A session that ended is asked for by the page itself, where it is.
    const good = answers.find(({ address, answer }) => (address === here ? answer !== 'silent' : answer === 'good'));
    const asks = answers.find(({ answer }) => answer === 'asks');
    this.become({ here: good?.address ?? here, asksSignIn: good ? null : (asks?.address ?? null) });
    return good !== undefined && good.address !== here;
  }

  private become(next: Whereabouts): void {
    if (next.here === this.state.here && next.asksSignIn === this.state.asksSignIn) return;
    this.state = next;
    this.watchers.forEach((watch) => watch());
  }
}

async function askThere(address: string): Promise<Answer> {
  try {
    const answer = await fetch(`${address}/api/v1/session`, { credentials: 'include', cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    return answer.ok ? 'good' : answer.status === 401 ? 'asks' : 'silent';
  } catch {
    return 'silent';
  }
}

export const addresses = new Addresses();
