import { meaningOf, toneColour } from '@/ui/states';

/** The whole step takes its state's colour, weak enough for text of every colour upon it. */
export function tint(state: string): string {
  const { tone } = meaningOf(state);
  if (tone === 'idle') return 'transparent';
  return `color-mix(in srgb, var(--mantine-color-${toneColour[tone]}-5) 14%, transparent)`;
}

export function edge(state: string): string {
  const colour = toneColour[meaningOf(state).tone];
  return `light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-4))`;
}
