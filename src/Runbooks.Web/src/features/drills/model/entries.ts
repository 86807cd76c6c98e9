import type { DrillGroup, DrillResult, Schedule } from '../drills';
import { parseCalendar, timesBetween } from './cron';
import { dayIn } from './month';

const perSchedule = 200;

export type Entry =
  | { readonly key: string; readonly day: string; readonly at: number; readonly kind: 'past'; readonly group: string; readonly result: DrillResult }
  | { readonly key: string; readonly day: string; readonly at: number; readonly kind: 'coming'; readonly schedule: Schedule };

/** What a month's page shows: drills that ended, and the times that schedules will come. */
export function entriesOf(
  schedules: readonly Schedule[], groups: readonly DrillGroup[], year: number, month: number, zone: string, now: Date,
): readonly Entry[] {
  // A day wider on both sides: the zone's month is not the one of UTC.
  const from = new Date(Date.UTC(year, month, 0));
  const to = new Date(Date.UTC(year, month + 1, 2));
  const past = groups.flatMap((group) => group.results.map((result) => ({ group: group.title, result, at: Date.parse(result.at) })))
    .filter(({ at }) => at >= from.getTime() && at < to.getTime())
    .map(({ group, result, at }): Entry => ({ key: result.run, day: dayIn(zone, new Date(at)), at, kind: 'past', group, result }));
  const coming = schedules.filter((schedule) => !schedule.paused).flatMap((schedule) => timesOf(schedule, from > now ? from : now, to)
    .map((at): Entry => ({ key: `${schedule.id}${at.getTime()}`, day: dayIn(zone, at), at: at.getTime(), kind: 'coming', schedule })));
  return [...past, ...coming].sort((a, b) => a.at - b.at);
}

/** A calendar that this page cannot read is not guessed at: then the engine's own next dates are all there is. */
function timesOf(schedule: Schedule, from: Date, to: Date): readonly Date[] {
  if (from >= to) return [];
  try {
    return timesBetween(parseCalendar(schedule.calendar), schedule.timeZone, from, to, perSchedule);
  } catch {
    return (schedule.when?.next ?? []).map((date) => new Date(date.at)).filter((at) => at >= from && at < to);
  }
}
