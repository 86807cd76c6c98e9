import assert from 'node:assert/strict';
import { Api } from '../support/api.mjs';
import { failing, maintenance } from '../support/maintenance.mjs';
import { story } from '../support/story.mjs';

const slow = 90_000;

/**
 * One REAL run as the people around it live it: asked for by one, approved by another, watched through the death of the
 * control plane, steered to its end without a reload. A second one is aborted. Then what a run leaves to look at.
 */
export default function run({ test, stack, browser, short }) {
  const api = new Api(stack);
  let ada, bob, cyd, page, id;
  const atRun = (path = '') => page.goto(`/runs/${id}${path}`);
  // The run's own state beside its name: a step may be in the same one earlier.
  const state = (word) => page.getByRole('heading', { level: 1 }).locator('..').getByText(word, { exact: true }).waitFor({ timeout: slow });
  const steps = (path, name) => page.locator(`[data-step="${path}"][data-state="${name}"]`).waitFor({ timeout: slow });

  const chapter = story(test);

  chapter('Start_TestAndReal_LookDifferent', { timeout: 240_000 }, async () => {
    await api.orders();
    await api.publish('maintenance', maintenance);
    await api.publish('expectation', failing);
    ada = await api.person('ada', 'operator');
    bob = await api.person('bob', 'approver');
    cyd = await api.person('cyd', 'viewer', 'approver');
    page = await browser.signedInAs(ada);
    await page.goto('/runs/start?runbook=drill-isolated&group=orders');
    await page.locator('[data-band=test]').waitFor();
    await page.getByText('This is a TEST').waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('looking at the dialog');
    await page.getByRole('button', { name: 'Start the drill of orders' }).click({ trial: true });
    assert.equal(await page.getByRole('textbox', { name: /Type the group/ }).count(), 0);
    await browser.inBothSchemes(page, 'run-start-drill');

    await page.goto('/runs/start?runbook=maintenance&group=orders');
    await page.locator('[data-band=real]').waitFor();
    await page.getByText('“Tell the load balancer” cannot be taken back').waitFor();
    const start = page.getByRole('button', { name: 'Run maintenance on orders: ask for approval' });
    await page.getByRole('textbox', { name: 'Reason' }).fill('rack 7 needs a power supply');
    assert.equal(await start.isDisabled(), true, 'a REAL run asks for the name of the group');
    await page.getByRole('textbox', { name: /Type the group/ }).fill('orders');
    await browser.inBothSchemes(page, 'run-start-real');
    await start.click();
    await page.waitForURL(/\/runs\/run_/);
    id = page.url().match(/run_[0-9a-f]+/)[0];
  });

  chapter('Approval_OfOnesOwnRequest_IsImpossibleAndSaysWhy', { timeout: 240_000 }, async () => {
    await page.getByText('You asked for this run yourself').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Approve/ }).getAttribute('aria-disabled'), 'true');
  });

  chapter('Approval_RoleTakenAwayMeanwhile_IsRefusedAndLosesNothing', { timeout: 240_000 }, async () => {
    const third = await browser.signedInAs(cyd);
    await third.goto('/approvals');
    const reason = third.getByRole('textbox', { name: 'Reason' });
    await reason.fill('I know that rack');
    await api.call('PATCH', `/users/${cyd.id}`, { roles: [{ role: 'viewer' }] });
    // The page hears of it by itself; who clicks before that is refused by the server, and then it knows as well.
    const gone = third.getByText('It asks for the role approver, which you do not have.');
    await third.getByRole('button', { name: /^Approve REAL/ }).click({ force: true });
    await gone.waitFor();
    assert.equal(await third.getByRole('button', { name: /^Approve REAL/ }).getAttribute('aria-disabled'), 'true');
    assert.equal(await reason.inputValue(), 'I know that rack');
    assert.equal((await api.get(`/runs/${id}`)).approvalsGiven, 0);
    await browser.screenshot(third, 'approvals-role-gone');
    await third.context().close();
  });

  chapter('Approval_BySecondPerson_LetsTheFirstPersonsPageGoOn', { timeout: 240_000 }, async () => {
    const second = await browser.signedInAs(bob);
    await second.goto('/approvals');
    const request = second.getByRole('region', { name: 'maintenance on orders' });
    const { planHash } = await api.get(`/runs/${id}`);
    await request.getByText(planHash).waitFor();
    await request.getByText(/expires in/).waitFor();
    await browser.inBothSchemes(second, 'approvals-request');
    const reason = request.getByRole('textbox', { name: 'Reason' });
    await reason.fill('the spare is in the hall');
    // The session ends in the middle of it: asked again over the page, and nothing that was typed is gone.
    for (const { id: session } of (await api.get('/sessions?user=bob')).items) await api.call('DELETE', `/sessions/${session}`);
    await request.getByRole('button', { name: /^Approve REAL/ }).click();
    const again = second.getByRole('dialog', { name: 'Your session has ended' });
    await again.waitFor();
    await browser.screenshot(second, 'approvals-session-over');
    assert.equal((await api.get(`/runs/${id}`)).approvalsGiven, 0);
    await again.getByText('By token').click();
    await again.locator('input[type=password]').fill(bob.token);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'hidden' });
    assert.equal(await reason.inputValue(), 'the spare is in the hall');
    await request.getByRole('button', { name: /^Approve REAL/ }).click();
    await page.getByText('Approved by bob').waitFor({ timeout: slow });
    await second.getByText('Nothing waits for a person').waitFor();
    await second.context().close();
  });

  chapter('ControlPlane_KilledWhileSomebodyWatches_NoEventIsLostNorTwice', { timeout: 240_000 }, async () => {
    await page.evaluate(() => { window.neverReloaded = true; });
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByRole('table', { name: 'Events of the run' }).waitFor();
    await stack.killControlPlane();
    try {
      await page.getByText(/^stale since/).waitFor();
      await browser.screenshot(page, 'run-stale');
    } finally {
      stack.letItComeBack();
    }
    await page.getByText('live', { exact: true }).waitFor({ timeout: slow });
    // It goes on where it was: to the question, which nobody has been told of by an event of before.
    await page.getByRole('group', { name: 'Question of Do the work in the hall' }).waitFor({ timeout: slow });
    await sameEvents(page);
  });

  chapter('Run_PausedSkippedAndAnsweredOnItsPage_EndsThereWithoutAReload', { timeout: 240_000 }, async () => {
    await page.getByRole('tab', { name: 'Graph and steps' }).click();
    await steps('work', 'asking');
    await browser.inBothSchemes(page, 'run-asking');
    const work = page.getByRole('group', { name: 'Question of Do the work in the hall' });
    await work.getByRole('textbox', { name: 'Reason' }).fill('swapped');
    await work.getByRole('button', { name: 'Done', exact: true }).click();

    const tell = page.getByRole('group', { name: 'Question of Tell the load balancer' });
    await tell.getByRole('button', { name: 'Retry', exact: true }).click({ timeout: slow });
    await api.until(`/runs/${id}/history`, (page) => page.items.filter((each) => each.kind === 'step.failed').length === 2);
    await page.getByRole('button', { name: 'Pause', exact: true }).click({ timeout: slow });
    await page.getByText(/^Paused by/).waitFor({ timeout: slow });
    assert.equal(await tell.getByRole('button', { name: 'Skip', exact: true }).isDisabled(), true, 'a step is skipped with a reason');
    await tell.getByRole('textbox', { name: /^Reason/ }).fill('there is none in this hall');
    await tell.getByRole('button', { name: 'Skip', exact: true }).click();
    await steps('tell', 'skipped');
    await steps('settle', 'waiting');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await state('Succeeded');
    await steps('machines', 'succeeded');
    assert.equal(await page.evaluate(() => window.neverReloaded), true, 'the page was never loaded again');
    await page.getByRole('tab', { name: 'Events' }).click();
    await sameEvents(page);
  });

  chapter('Abort_ShowsWhatItTakesBackFirst', { timeout: 240_000 }, async () => {
    const asked = await api.post('/runs', { runbook: 'maintenance', group: 'orders', inputs: {}, reason: 'once more' });
    await new Api(stack, bob.token)
      .post(`/runs/${asked.id}/approvals`, { decision: 'approved', planHash: asked.planHash, reason: 'again' });
    const before = id;
    id = asked.id;
    await atRun();
    await steps('work', 'asking');
    await page.getByRole('button', { name: 'Abort…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Taken back, in this order').waitFor();
    await dialog.getByRole('listitem').filter({ hasText: 'Stop the machines' }).waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the spare does not fit');
    const abort = dialog.getByRole('button', { name: 'Abort the run' });
    assert.equal(await abort.isDisabled(), true, 'a REAL run asks for the name of the group');
    await dialog.getByRole('textbox', { name: /Type the group/ }).fill('orders');
    await browser.inBothSchemes(page, 'run-abort');
    await abort.click();
    await state('Aborted');
    await steps('stop', 'compensated');

    await atRun(`?tab=compare&with=${before}`);
    await page.getByRole('table', { name: 'Difference per step' }).waitFor();
    await browser.inBothSchemes(page, 'run-compare');
    id = before;
  });

  chapter('Run_Ended_IsThereToLookAt', { timeout: 240_000, skip: short ? 'long form: tests/Browser/run without CI=true' : false }, async () => {
    await atRun('?step=work');
    await state('Succeeded');
    await browser.inBothSchemes(page, 'run-succeeded');
    await atRun('?tab=gantt');
    await page.getByRole('button', { name: /on the critical path/ }).first().waitFor();
    await browser.inBothSchemes(page, 'run-gantt');
    await atRun('?tab=evidence');
    await page.getByRole('table', { name: 'Calls' }).getByRole('row').nth(3).waitFor();
    await browser.inBothSchemes(page, 'run-evidence');
    const asked = (await api.all(`/runs/${id}/history`)).find((each) => each.kind === 'step.asking' && each.step === 'work');
    const { requestedAt } = await api.get(`/runs/${id}`);
    await atRun(`?at=${(Date.parse(asked.data.at ?? asked.at) - Date.parse(requestedAt)) / 1000 + 0.2}`);
    await steps('work', 'asking');
    await steps('tell', 'waiting');
    await browser.inBothSchemes(page, 'run-replay');

    id = (await api.post('/runs', { runbook: 'expectation', group: 'orders', inputs: {}, reason: 'to see it fail' })).id;
    await atRun();
    await state('Failed');
    await page.getByRole('alert').filter({ hasText: 'Nobody is in the hall.' }).waitFor();
    await browser.inBothSchemes(page, 'run-failed');
    await page.context().close();
  });

  /** What the page lists is the permanent history: by the numbers of its records, in their order. */
  async function sameEvents(here) {
    const sequences = (await api.all(`/runs/${id}/history`)).map((each) => String(each.sequence));
    await here.locator(`[data-sequence="${sequences.at(-1)}"]`).waitFor({ timeout: slow });
    const shown = await here.locator('[data-sequence]').evaluateAll((rows) => rows.map((row) => row.dataset.sequence));
    // The run may go on between the two readings: what was read first is a beginning of what is shown.
    assert.deepEqual(shown.slice(0, sequences.length), sequences);
    assert.equal(new Set(shown).size, shown.length);
  }
}
