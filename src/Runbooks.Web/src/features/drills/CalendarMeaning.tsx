import { Alert, List, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconClockExclamation } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem } from '@/api/problem';
import { Refused } from '@/ui/Refused';
import { toneText } from '@/ui/states';
import { previewQuery } from './drills';
import { withOffset } from './model/month';

/** What was typed, said back by the engine. `ready` only when what is shown is what is typed now. */
export function useMeaning(calendar: string, zone: string) {
  const [asked] = useDebouncedValue(calendar.trim(), 250);
  const preview = useQuery({ ...previewQuery(asked, zone), placeholderData: keepPreviousData, enabled: asked !== '' });
  const problem = preview.error instanceof ApiProblem ? preview.error : null;
  return {
    data: preview.error ? undefined : preview.data,
    ready: preview.isSuccess && !preview.isPlaceholderData && asked === calendar.trim(),
    wrongCalendar: problem?.field === 'calendar' ? `${problem.why} ${problem.correction ?? ''}` : null,
    wrongZone: problem?.field === 'timeZone' ? problem.why : null,
    error: problem?.field ? null : preview.error,
  };
}

export function CalendarMeaning({ meaning }: { readonly meaning: ReturnType<typeof useMeaning> }) {
  const { data, error } = meaning;
  return (
    <div aria-live="polite">
      <Refused error={error} title="The calendar could not be read." />
      {data ? (
        <>
          <Text size="sm" fw={600}>{data.words}</Text>
          <Text size="sm">Next:</Text>
          <List size="sm" aria-label="Next dates">{data.next.map((date) => <List.Item key={date.at}>{withOffset(data.timeZone, new Date(date.at))}</List.Item>)}</List>
          {data.warnings.length > 0 ? (
            <Alert variant="default" mt="xs" title="Daylight saving" icon={<IconClockExclamation size={16} aria-hidden color={toneText('attention')} />}>
              {data.warnings.map((warning) => <Text size="sm" key={warning}>{warning}</Text>)}
            </Alert>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
