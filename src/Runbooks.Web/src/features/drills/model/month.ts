/** The weeks of a month, Monday first; days of the months around it are null. */
export function weeksOf(year: number, month: number): readonly (readonly (number | null)[])[] {
  const first = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7;
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Array.from({ length: Math.ceil((first + days) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_unused, at) => {
      const day = week * 7 + at - first + 1;
      return day >= 1 && day <= days ? day : null;
    }));
}

/** `2026-03-29` as the clock of the zone shows an instant. */
export function dayIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/** `Sun, 29 Mar 2026, 03:00 GMT+2`: with the offset, so that a change of the clock is seen. */
export function withOffset(zone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'shortOffset',
  }).format(at);
}
