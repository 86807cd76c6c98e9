export const rowHeight = 36;

/** Which rows are drawn, and the height of those above and below them that are not. */
export interface Shown {
  readonly first: number;
  readonly last: number;
  readonly above: number;
  readonly below: number;
  readonly scrollTo: (index: number) => void;
}

export const everyRow = (count: number): Shown => ({ first: 0, last: count - 1, above: 0, below: 0, scrollTo: () => undefined });
