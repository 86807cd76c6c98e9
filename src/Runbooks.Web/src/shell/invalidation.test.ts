import { expect, it } from 'vitest';
import type { LiveEvent } from '@/api/live';
import { invalidatedBy } from './invalidation';

const event = (kind: string, run: string | null = null): LiveEvent => ({ seq: 1, at: '', kind, subject: 's', run, site: null, group: null, data: null });

it('reads the conflicts again when somebody else has decided one', () => {
  expect(invalidatedBy(event('conflict.decided'))).toContainEqual(['conflicts']);
});

it('reads only the one run again for a step of it, and every list for its end', () => {
  expect(invalidatedBy(event('step.ended', 'run_1'))).toEqual([['runs', 'run_1']]);
  expect(invalidatedBy(event('run.ended', 'run_1'))).toContainEqual(['runs']);
});
