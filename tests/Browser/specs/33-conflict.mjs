import assert from 'node:assert/strict';
import { Api } from '../support/api.mjs';
import { write } from '../support/nbd.mjs';

const slow = 180_000;

/** A site that went on alone, was replaced, and came back with writes of its own: two histories, and a person chooses. */
export default function histories({ test, stack, browser }) {
  const api = new Api(stack);
  test('Sites_BothWritten_AreTwoHistoriesAndAPersonChooses', { timeout: 600_000 }, async () => {
    await api.orders();
    const ada = await api.person('ada', 'operator', 'viewer');
    const bob = await api.person('bob', 'approver');
    const asked = new Api(stack, ada.token);
    const approved = new Api(stack, bob.token);
    const approve = (run) => approved.post(`/runs/${run.id}/approvals`, { decision: 'approved', planHash: run.planHash, reason: 'as agreed' });
    const ended = (run) => api.until(`/runs/${run.id}`, ({ endedAt }) => endedAt !== null && endedAt !== undefined);
    const exportAt = async (site) => (await api.get('/workloads/db-1')).volumes.find((each) => each.site === site).status.exportName;
    const { nbdAddress: atA } = await api.get('/sites/site-a/status');

    // site-b falls silent: site-a is granted to go on alone, and does.
    await stack.signalAgent('site-b', 'SIGSTOP');
    await write(atA, await exportAt('site-a'), 2 ** 20, 131_072, 1);
    await api.until('/overview', ({ groups }) => groups.some((each) => each.id === 'orders' && each.state === 'degraded'));
    const page = await browser.signedIn();
    await page.getByRole('region', { name: /Needs attention/ }).getByText('orders').first().waitFor();
    await browser.inBothSchemes(page, 'overview-degraded');
    // Then site-a falls silent, and site-b, which lacks what was written, takes over with the loss accepted.
    await stack.signalAgent('site-a', 'SIGSTOP');
    await stack.signalAgent('site-b', 'SIGCONT');
    const over = await asked.post('/runs', { runbook: 'failover-unplanned', group: 'orders', inputs: { to: 'site-b' }, reason: 'site-a is gone' });
    await approve(over);
    const operator = await browser.signedInAs(ada);
    await operator.goto(`/runs/${over.id}`);
    // Who asked for it is told who may answer; the approver answers at the run's own page.
    await operator.getByRole('group', { name: /^Question of/ }).getByText('a colleague who has can answer here').waitFor({ timeout: slow });
    const approver = await browser.signedInAs(bob);
    await approver.goto(`/runs/${over.id}`);
    const question = approver.getByRole('group', { name: /^Question of/ });
    await question.getByText(/lacks 128 KiB of db-1/).waitFor();
    await browser.inBothSchemes(approver, 'failover-asks-for-the-loss');
    await question.getByRole('textbox', { name: 'Reason' }).fill('the hall burns');
    await question.getByRole('button', { name: 'Accept', exact: true }).click();
    await question.waitFor({ state: 'hidden', timeout: slow });
    await approver.context().close();
    assert.equal((await ended(over)).state, 'succeeded');

    await stack.signalAgent('site-a', 'SIGCONT');
    const { nbdAddress: atB } = await api.get('/sites/site-b/status');
    await write(atB, await exportAt('site-b'), 2 ** 21, 4096, 2);
    const back = await asked.post('/runs', { runbook: 'failback', group: 'orders', inputs: { to: 'site-a' }, reason: 'site-a is back' });
    await approve(back);
    await api.until('/conflicts?state=open', ({ items }) => items.length === 1);
    await operator.goto('/conflicts');
    const conflict = operator.getByRole('article', { name: 'Conflict of db-1' });
    await conflict.getByText('Kept: what site-a wrote alone').waitFor();
    await conflict.getByText(/128 KiB that the other does not have/).waitFor();
    await conflict.getByText('One range').waitFor();
    await conflict.getByRole('table', { name: 'Ranges that only this history has' }).getByText('1,048,576').waitFor();
    await browser.inBothSchemes(operator, 'conflict-open');
    await operator.setViewportSize({ width: 1024, height: 768 });
    await browser.screenshot(operator, 'conflict-open-1024');
    await operator.setViewportSize({ width: 1440, height: 900 });
    await conflict.getByRole('radio', { name: /The current one/ }).check();
    await conflict.getByRole('textbox', { name: /Reason/ }).fill('nothing of worth');
    await conflict.getByRole('button', { name: 'Record the choice' }).click();
    await conflict.getByText('ada').waitFor();
    await conflict.getByText(/chose the current history/).waitFor();
    await conflict.getByRole('group', { name: 'The kept history' }).getByText('let go').waitFor();
    await conflict.getByText('What site-a wrote alone stays readable in its recovery point').waitFor();
    await browser.inBothSchemes(operator, 'conflict-decided');
    assert.equal((await ended(back)).state, 'succeeded');
    await operator.context().close();
    await page.context().close();
  });
}
