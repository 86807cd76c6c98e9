/** One line of a chart: a value for each time, null where nothing is known. */
export type Values = readonly (number | null)[];

export interface Track {
  readonly label: string;
  readonly tone: 'ok' | 'working' | 'attention' | 'danger' | 'asking' | 'idle';
  readonly values: Values;
  /** A second line of the same colour tells itself by its dashes. */
  readonly dashed?: boolean;
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

interface Plotted {
  readonly times: readonly number[];
  readonly values: readonly Values[];
}

/**
 * Opens a gap wherever two samples lie further apart than `every` allows: a line drawn across a silence would be a
 * measurement that nobody made.
 */
export function withGaps(times: readonly number[], tracks: readonly Values[], every: number): Plotted {
  const outTimes: number[] = [];
  const outValues: (number | null)[][] = tracks.map(() => []);
  times.forEach((time, at) => {
    const before = times[at - 1];
    if (before !== undefined && time - before > every * 2.5) {
      outTimes.push(before + every);
      outValues.forEach((values) => values.push(null));
    }
    outTimes.push(time);
    outValues.forEach((values, track) => values.push(tracks[track]?.[at] ?? null));
  });
  return { times: outTimes, values: outValues };
}

/** The silences between `from` and `to`, the one before the first sample too: drawn as such, they are not read as calm. */
export function gapsOf(times: readonly number[], from: number, to: number, every: number): readonly Gap[] {
  const gaps: Gap[] = [];
  let last = from;
  for (const time of [...times.filter((each) => each > from && each < to), to]) {
    if (time - last > every * 2.5) gaps.push({ from: last, to: time });
    last = time;
  }
  return gaps;
}

/** About `count` of the samples, evenly, with the newest: what a table can show and a person can hear. */
export function thinned(times: readonly number[], count: number): readonly number[] {
  const step = Math.max(1, Math.ceil(times.length / count));
  const picked: number[] = [];
  for (let at = times.length - 1; at >= 0; at -= step) picked.unshift(at);
  return picked;
}
