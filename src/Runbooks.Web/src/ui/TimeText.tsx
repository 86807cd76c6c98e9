import { Tooltip } from '@mantine/core';
import { relative } from './format';
import { useNow } from './now';
import { useZone } from './zone';

/** A time as "12 s ago"; the exact one, with its zone, on hover and focus. */
export function TimeText({ at }: { readonly at: string | Date }) {
  const now = useNow();
  const zone = useZone();
  const when = typeof at === 'string' ? new Date(at) : at;
  return (
    <Tooltip label={exact(when, zone)}>
      {/* Focusable, so that the exact time is within a keyboard's reach. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <time dateTime={when.toISOString()} tabIndex={0}>
        {relative(when, now)}
      </time>
    </Tooltip>
  );
}

export function exact(when: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
    timeZone: zone,
  })
    .format(when)
    .replace(',', '')
    .concat(' ', zone);
}
