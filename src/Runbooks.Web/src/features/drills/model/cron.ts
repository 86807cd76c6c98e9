/*
 * The calendar of a schedule as the engine reads it: five fields (minute hour day month weekday) or seven (second before,
 * year behind); unlike old cron, day of month and day of week must BOTH match. A time matches when the zone's own clock
 * shows it: a reading that daylight saving skips never comes, a reading that occurs twice comes twice.
 */

export interface Calendar {
  readonly second: ReadonlySet<number>;
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly day: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number>;
  readonly year: ReadonlySet<number> | null;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const fields = {
  second: { name: 'second', min: 0, max: 59 },
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  day: { name: 'day of month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, names: ['', ...months] },
  weekday: { name: 'day of week', min: 0, max: 7, names: weekdays },
  year: { name: 'year', min: 2000, max: 2100 },
} as const satisfies Record<string, Field>;
const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};

/** Reads the text; throws an Error that says which part is wrong. */
export function parseCalendar(text: string): Calendar {
  const parts = (named[text.trim()] ?? text).trim().split(/\s+/).filter((part) => part.length > 0);
  if (parts.length !== 5 && parts.length !== 7) {
    throw new Error(`It has ${parts.length} fields; five are asked for: minute hour day-of-month month day-of-week.`);
  }

  const [second, minute, hour, day, month, weekday, year] = (parts.length === 5 ? ['0', ...parts, '*'] : parts) as
    [string, string, string, string, string, string, string];
  return {
    second: values(second, fields.second),
    minute: values(minute, fields.minute),
    hour: values(hour, fields.hour),
    day: values(day, fields.day),
    month: values(month, fields.month),
    weekday: new Set([...values(weekday, fields.weekday)].map((value) => value % 7)),
    year: year === '*' ? null : values(year, fields.year),
  };
}

function values(text: string, field: Field): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', steps, ...rest] = part.split('/');
    const step = steps === undefined ? 1 : whole(steps);
    if (rest.length > 0 || step === null || step < 1) throw wrong(part, field);
    const [from, to] = bounds(range, steps !== undefined, field, part);
    for (let value = from; value <= to; value += step) found.add(value);
  }

  return found;
}

function bounds(text: string, stepped: boolean, field: Field, part: string): readonly [number, number] {
  if (text === '*') return [field.min, field.max];
  const ends = text.split('-');
  const from = value(ends[0] ?? '', field);
  const to = ends.length === 1 ? (stepped ? field.max : from) : value(ends[1] ?? '', field);
  if (ends.length > 2 || from === null || to === null || to < from) throw wrong(part, field);
  return [from, to];
}

function value(text: string, field: Field): number | null {
  if (field.names && /^[a-z]{2,}$/i.test(text)) {
    const at = field.names.findIndex((name) => name !== '' && name.startsWith(text.toLowerCase()));
    return at < 0 ? null : at;
  }

  const number = whole(text);
  return number === null || number < field.min || number > field.max ? null : number;
}

const whole = (text: string): number | null => (/^\d{1,4}$/.test(text) ? Number(text) : null);
const wrong = (part: string, field: Field): Error => new Error(`"${part}" is not a ${field.name} (${field.min} to ${field.max}).`);

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The next times after `after`, in order; fewer when the calendar ends. Looks ten years ahead. */
export function nextTimes(calendar: Calendar, zone: string, after: Date, count: number): readonly Date[] {
  const clock = offsets(zone);
  const found: Date[] = [];
  const first = Math.floor((after.getTime() + clock(after.getTime())) / dayMs) - 1;
  for (let day = first; day < first + 3660 && found.length < count; day++) {
    if (!dayMatches(calendar, day)) continue;
    found.push(...timesOfDay(calendar, day, clock).filter((time) => time > after.getTime()).map((time) => new Date(time)));
    // A clock that falls back over midnight interleaves two dates.
    found.sort((a, b) => a.getTime() - b.getTime());
  }

  return found.slice(0, count);
}

/** All times in [from, to); for a month's page. */
export function timesBetween(calendar: Calendar, zone: string, from: Date, to: Date, limit = 500): readonly Date[] {
  return nextTimes(calendar, zone, new Date(from.getTime() - 1), limit).filter((time) => time < to);
}

function dayMatches(calendar: Calendar, day: number): boolean {
  const date = new Date(day * dayMs);
  return calendar.month.has(date.getUTCMonth() + 1) && calendar.day.has(date.getUTCDate()) && calendar.weekday.has(date.getUTCDay())
    && (calendar.year === null || calendar.year.has(date.getUTCFullYear()));
}

function timesOfDay(calendar: Calendar, day: number, clock: (at: number) => number): readonly number[] {
  const midnight = day * dayMs;
  const seen = new Set([clock(midnight - 14 * hourMs), clock(midnight + 38 * hourMs)]);
  const times: number[] = [];
  for (const offset of seen) {
    for (const hour of calendar.hour) {
      for (const minute of calendar.minute) {
        for (const second of calendar.second) {
          const time = midnight + hour * hourMs + minute * 60_000 + second * 1000 - offset;
          if (clock(time) === offset) times.push(time);
        }
      }
    }
  }

  return times.sort((a, b) => a - b);
}

// Milliseconds that the zone's clock is ahead of UTC at an instant.
function offsets(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  });
  return (at) => {
    const part: Record<string, number> = {};
    for (const { type, value: text } of format.formatToParts(at)) part[type] = Number(text);
    const local = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0);
    return local - Math.floor(at / 1000) * 1000;
  };
}
