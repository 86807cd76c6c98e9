/** Sizes the layout is made with; the style sheet draws nodes to exactly these. */
export const stepWidth = 232;
export const stepHeight = 56;
export const blockHeader = 36;
export const blockPadding = 16;
export const gap = 28;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
