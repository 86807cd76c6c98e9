import { parentOf, type Span } from './spans';

/*
 * Which steps decided how long the run took. Walks backwards from the last end: what a step waited for is, of the steps
 * it needs (or, where the plan is not known, of all steps), the one that ended last before it began. Only steps without
 * steps inside them are walked: a frame lasts as long as its content and would swallow it; a frame is on the path when
 * something in it is.
 */
export function criticalPath(spans: readonly Span[], needs?: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const known = new Set(spans.map((span) => span.path));
  const frames = new Set(spans.map((span) => parentOf(span.path, known)));
  const leaves = spans.filter((span) => !frames.has(span.path) && span.state !== 'skipped');
  const critical = new Set<string>();
  let current = latest(leaves);
  while (current) {
    for (let path: string | null = current.path; path !== null; path = parentOf(path, known)) critical.add(path);
    current = latest(before(current, leaves, critical, needs));
  }

  return critical;
}

function before(
  current: Span, leaves: readonly Span[], taken: ReadonlySet<string>, needs?: ReadonlyMap<string, readonly string[]>,
): readonly Span[] {
  const earlier = leaves.filter((span) => !taken.has(span.path) && span.to !== null && span.to <= current.from);
  const wanted = needs?.get(current.path);
  if (!wanted || wanted.length === 0) return earlier;
  const needed = earlier.filter((span) => wanted.some((need) => span.path === need || span.path.startsWith(`${need}/`) || span.path.startsWith(`${need}.`)));
  // A needed step that was skipped has no span; the clock then says what came before.
  return needed.length > 0 ? needed : earlier;
}

function latest(spans: readonly Span[]): Span | undefined {
  let best: Span | undefined;
  for (const span of spans) {
    if (!best || end(span) > end(best) || (end(span) === end(best) && span.from > best.from)) best = span;
  }

  return best;
}

const end = (span: Span): number => span.to ?? Infinity;
