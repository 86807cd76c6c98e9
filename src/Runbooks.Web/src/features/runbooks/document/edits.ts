/** One replacement in a text: `[from, to)` becomes `insert`. Edits of one batch count positions in the same old text. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Edits that do not overlap, in the order of the text. */
export type Batch = readonly TextEdit[];

export function sorted(edits: Batch): Batch {
  return [...edits].sort((a, b) => a.from - b.from || a.to - b.to);
}

export function applyEdits(text: string, edits: Batch): string {
  let result = '';
  let at = 0;
  for (const edit of sorted(edits)) {
    if (edit.from < at) throw new Error('Two edits of one batch overlap.');
    result += text.slice(at, edit.from) + edit.insert;
    at = edit.to;
  }
  return result + text.slice(at);
}

/** The batch that takes `edits` back, in positions of the text after them. */
export function invertEdits(text: string, edits: Batch): Batch {
  let shift = 0;
  return sorted(edits).map((edit) => {
    const from = edit.from + shift;
    shift += edit.insert.length - (edit.to - edit.from);
    return { from, to: from + edit.insert.length, insert: text.slice(edit.from, edit.to) };
  });
}

/** The smallest single edit between two texts. */
export function difference(before: string, after: string): Batch {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}
