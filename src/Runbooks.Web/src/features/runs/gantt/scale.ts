const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/** Seconds of the axis' marks: round numbers, about `wanted` of them. */
export function ticks(lengthSeconds: number, wanted: number): readonly number[] {
  const step = steps.find((each) => lengthSeconds / each <= wanted) ?? Math.ceil(lengthSeconds / wanted / 86_400) * 86_400;
  return Array.from({ length: Math.floor(lengthSeconds / step) + 1 }, (_, i) => i * step);
}

/** `0:45`, `12:30`, `1:05:00`: one form for the whole axis. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * How much time the axis shows: the run and, when it is near enough to say something, its target. A target many times
 * as long as the run would press all bars into one pixel; the page then says it in words.
 */
export function axisLength(runSeconds: number, targetSeconds: number | null): { readonly length: number; readonly targetShown: boolean } {
  const targetShown = targetSeconds !== null && targetSeconds <= runSeconds * 3;
  return { length: Math.max(1, runSeconds, targetShown ? targetSeconds * 1.05 : 0), targetShown };
}

const two = (value: number): string => String(value).padStart(2, '0');
