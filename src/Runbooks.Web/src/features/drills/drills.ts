import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type DrillGroup = components['schemas']['DrillGroupView'];
export type DrillResult = components['schemas']['DrillResultView'];
export type Schedule = components['schemas']['ScheduleView'];
export type ScheduleChange = components['schemas']['ScheduleChange'];

export type DrillMonth = components['schemas']['DrillMonthView'];

export const drillsQuery = queryOptions({ queryKey: ['drills'], queryFn: () => body(api.GET('/api/v1/drills')) });

/** A month as the clock of a zone shows it, by the engine's own reading of the schedules. */
export const monthQuery = (month: string, timeZone: string) => queryOptions({
  queryKey: ['drills', 'month', month, timeZone],
  queryFn: () => body(api.GET('/api/v1/drills/month', { params: { query: { month, timeZone } } })),
});

export const schedulesQuery = queryOptions({
  queryKey: ['schedules'], queryFn: async () => (await body(api.GET('/api/v1/schedules'))).items,
  // No event tells when the engine has taken an entry over; until it has, the page looks again.
  refetchInterval: ({ state }) => (state.data?.some((schedule) => !schedule.inStep) ? 1000 : false),
});

/** What a calendar means, as the engine that will keep it reads it: words, the next five dates, daylight saving. */
export const previewQuery = (calendar: string, timeZone: string) => queryOptions({
  queryKey: ['schedules', 'preview', calendar, timeZone],
  queryFn: () => body(api.POST('/api/v1/schedules/preview', { body: { calendar, timeZone } })),
  retry: false,
});

/** A drill that succeeded late has not passed, and neither has one that was never ended well. */
export const resultWord = (result: Pick<DrillResult, 'passed' | 'state'>): string =>
  (result.passed ? 'passed' : result.state === 'succeeded' ? 'missed its objective' : result.state);
