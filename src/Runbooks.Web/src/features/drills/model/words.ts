import type { Calendar } from './cron';

const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const monthNames = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
];

/** The calendar in plain words: `every Sunday at 03:00`, `on day 1 of January and July at 02:30`. */
export function calendarWords(calendar: Calendar): string {
  return [daysOf(calendar), timesOf(calendar), yearsOf(calendar)].filter((part) => part !== '').join(' ');
}

function timesOf(calendar: Calendar): string {
  const { hour, minute, second } = calendar;
  if (second.size > 1) return `every ${stepOf(second, 0, 60) ?? 'chosen'} s of ${minute.size === 60 ? 'every minute' : 'the chosen minutes'}`;
  const tail = second.has(0) ? '' : `:${two(only(second))}`;
  if (hour.size * minute.size <= 6) {
    const times = sorted(hour).flatMap((h) => sorted(minute).map((m) => `${two(h)}:${two(m)}${tail}`));
    return `at ${list(times)}`;
  }

  const past = minute.size === 60 ? 'every minute' : stepOf(minute, 0, 60) ? `every ${stepOf(minute, 0, 60)} minutes` : `at minute ${list(sorted(minute).map(String))}`;
  if (hour.size === 24) return minute.size === 1 ? `every hour at minute ${only(minute)}` : past;
  const step = stepOf(hour, 0, 24);
  return step ? `${past} of every ${step} hours` : `${past} of hour ${runs(hour, String)}`;
}

function daysOf(calendar: Calendar): string {
  const { day, weekday, month } = calendar;
  const everyDay = day.size === 31;
  const everyWeekday = weekday.size === 7;
  const inMonths = month.size === 12 ? '' : ` of ${list(sorted(month).map((m) => monthNames[m - 1] ?? String(m)))}`;
  if (everyDay && everyWeekday) return month.size === 12 ? 'every day' : `every day${inMonths}`;
  const named = weekdaysOf(weekday);
  if (everyDay) return `every ${named}${inMonths === '' ? '' : inMonths.replace(' of ', ' in ')}`;
  const days = `on day ${runs(day, String)}${inMonths === '' ? ' of every month' : inMonths}`;
  return everyWeekday ? days : `${days}, when it is ${/^(weekday|weekend)/.test(named) ? 'a ' : ''}${named}`;
}

function weekdaysOf(weekday: ReadonlySet<number>): string {
  const text = sorted(weekday).join();
  if (text === '1,2,3,4,5') return 'weekday (Monday to Friday)';
  if (text === '0,6') return 'weekend day (Saturday and Sunday)';
  return list(sorted(weekday).map((d) => weekdayNames[d] ?? String(d)));
}

const yearsOf = (calendar: Calendar): string => (calendar.year === null ? '' : `in ${runs(calendar.year, String)}`);

/** The step when the values are all multiples of one from the field's beginning; undefined otherwise. */
function stepOf(values: ReadonlySet<number>, min: number, size: number): number | undefined {
  const [first, second] = sorted(values);
  if (first !== min || second === undefined) return undefined;
  const step = second - first;
  return size % step === 0 && values.size === size / step && sorted(values).every((v, i) => v === min + i * step) ? step : undefined;
}

/** `1 to 5 and 9` for 1,2,3,4,5,9. */
function runs(values: ReadonlySet<number>, name: (value: number) => string): string {
  const parts: string[] = [];
  const all = sorted(values);
  for (let i = 0; i < all.length; i++) {
    let last = i;
    while (all[last + 1] === (all[last] ?? 0) + 1) last++;
    const from = name(all[i] ?? 0);
    const to = name(all[last] ?? 0);
    parts.push(last - i >= 2 ? `${from} to ${to}` : from);
    if (last - i >= 2) i = last;
  }

  return list(parts);
}

function list(parts: readonly string[]): string {
  return parts.length <= 1 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

const sorted = (values: ReadonlySet<number>): readonly number[] => [...values].sort((a, b) => a - b);
const only = (values: ReadonlySet<number>): number => sorted(values)[0] ?? 0;
const two = (value: number): string => String(value).padStart(2, '0');
