import { meaningOf, toneColour } from '@/ui/states';

/** The whole step takes its state's colour, weak enough for text of every colour upon it. */
export function tint(state: string): string {
  const { tone } = meaningOf(state);
  if (tone === 'idle') return 'transparent';
  const mixed = (share: number) => `color-mix(in srgb, var(--mantine-color-${toneColour[tone]}-5) ${share}%, transparent)`;
  // On white, more than this takes the state's own word below 4.5:1.
  return `light-dark(${mixed(7)}, ${mixed(14)})`;
}

export function edge(state: string): string {
  const colour = toneColour[meaningOf(state).tone];
  return `light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-4))`;
}
