import { expect, it } from 'vitest';
import { emptyMachine, freeVolumes, missing, quoted, workloadBody, type VolumeStatus } from './machine';

const whole = { ...emptyMachine, id: 'db-1', group: 'payments', site: 'site-a', disks: [{ name: 'disk0', volume: 'vol_1', sizeBytes: 4096 }] };

it('says what is missing, one thing at a time', () => {
  expect(missing(emptyMachine)).toContain('site');
  expect(missing({ ...whole, disks: [...whole.disks, ...whole.disks] })).toContain('same name');
  expect(missing(whole)).toBeNull();
});

it('sends argument lists, one argument a line', () => {
  const { driver } = workloadBody({ ...whole, driver: 'command', start: '/usr/bin/run me\n --disk\n{export}\n' });
  expect(driver).toMatchObject({ kind: 'command', start: ['/usr/bin/run me', '--disk', '{export}'], stop: null });
});

it('offers only sound volumes that no workload speaks for', () => {
  const volume = (id: string, over: object) => ({ volume: id, role: 'primary', workload: '', failure: '', ...over }) as unknown as VolumeStatus;
  const volumes = [volume('a', {}), volume('b', { workload: 'db-1' }), volume('c', { role: 'standby' }), volume('d', {}), volume('e', { failure: 'disk' })];
  expect(freeVolumes(volumes, new Set(['d'])).map((each) => each.volume)).toEqual(['a']);
});

it('quotes a path for a shell only where it must', () => {
  expect(quoted('/srv/db.raw')).toBe('/srv/db.raw');
  expect(quoted("/srv/it's here.raw")).toBe(`'/srv/it'\\''s here.raw'`);
});
