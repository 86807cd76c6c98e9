import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.mjs';

const slow = 180_000;

/** A set-up that is aborted: what it takes back is said before, and it is tried again. */
export default function setUp({ test, stack, browser }) {
  const api = new Api(stack);
  test('SetUp_Aborted_SaysWhatItTakesBackAndIsTriedAgain', { timeout: 300_000 }, async () => {
    const page = await browser.signedIn();
    const volume = `vol_${randomUUID().replaceAll('-', '')}`;
    await stack.adopt('site-a', volume);
    await api.post('/groups', { id: 'archive', title: null });
    await api.post('/workloads', {
      id: 'db-2', group: 'archive', site: 'site-a', title: 'Archive', tier: null, cpuCount: 1, memoryMiB: 256, firmware: null,
      nics: null, driver: { kind: 'none', timeoutSeconds: 60 }, disks: [{ name: 'disk0', sizeBytes: 2 ** 24, volume }],
    });
    // So slow that a person can look: about half a minute for what the image holds.
    const { run } = await api.post('/protections', {
      workload: 'db-2', standbys: ['site-b'], mode: 'synchronous', onLinkLoss: 'arbitrate', ifArbiterUnreachable: 'suspend',
      peerTimeoutSeconds: 5, holdDownSeconds: null, catchUpBytesPerSecondMax: 32_768, rtoSeconds: 900, rpoSeconds: 0,
      recoveryPointEverySeconds: 3600, recoveryPointsKept: 24, reason: 'to be aborted',
    });
    await api.until(`/runs/${run.id}/steps`, ({ items }) => items.some((step) => step.path === '4' && step.state === 'running'));
    await page.goto(`/runs/${run.id}`);
    await page.getByRole('button', { name: 'Abort…' }).click();
    const dialog = page.getByRole('dialog');
    const undone = dialog.getByRole('list', { name: 'Taken back, in this order' });
    await undone.getByRole('listitem').filter({ hasText: 'Create the standby' }).filter({ hasText: 'removing what was made at the standby' }).waitFor();
    await undone.getByRole('listitem').filter({ hasText: 'Begin tracking' }).waitFor();
    assert.equal(await dialog.getByRole('list', { name: 'Stays as it is' }).count(), 0, 'nothing of it stays');
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('wrong hall');
    await dialog.getByRole('textbox', { name: /Type the group/ }).fill('archive');
    await browser.inBothSchemes(page, 'setup-abort');
    await dialog.getByRole('button', { name: 'Abort the run' }).click();
    await api.until(`/runs/${run.id}`, ({ endedAt }) => endedAt !== null && endedAt !== undefined);

    await page.goto('/workloads/db-2');
    const failed = page.getByRole('region', { name: 'The set-up failed' });
    await failed.getByRole('textbox', { name: /Type the group/ }).fill('archive');
    await browser.inBothSchemes(page, 'setup-failed');
    await failed.getByRole('button', { name: 'Try the set-up of db-2 again' }).click();
    await page.getByText('0 — proven').first().waitFor({ timeout: slow });
    await page.getByText('In sync').first().waitFor();
    await page.context().close();
  });
}
