import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Api, until } from '../support/api.mjs';
import { readQr } from '../support/qr.mjs';
import { story } from '../support/story.mjs';

// Nothing in it touches a machine: it waits for an approval, then for ten minutes, until somebody aborts it.
const nightWatch = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: night-watch, title: Night watch, owner: dr }
spec:
  for: custom
  approvals: { real: { of: approver, count: 1, notRequester: true, expires: 30m }, drill: none }
  steps:
    - { id: wait, title: Wait for the morning, uses: delay, with: { for: 10m } }
`;

/** The page for bad days: no script runs in these browsers at all, and paper for when there is no browser either. */
export default function emergency({ test, stack, browser, short }) {
  const api = new Api(stack);
  let olga, petra, asks, decides, id;
  const without = { javaScriptEnabled: false };

  const next = story(test);
  const chapter = (name, tell) => next(name, { timeout: 180_000 }, tell);
  const enter = async (person) => {
    const page = await browser.open('light', without);
    await page.goto('/emergency');
    await page.getByLabel('Token').fill(person.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 2, name: 'Groups' }).waitFor();
    return page;
  };
  // axe needs script, which these pages must not: the same page is read by a browser that has it, with the same cookie.
  const readable = async (page, name, address = page.url()) => {
    if (short) return;
    await browser.screenshot(page, name);
    const reader = await browser.open('light', { storageState: await page.context().storageState() });
    await reader.goto(address);
    for (const colorScheme of ['dark', 'light']) {
      await reader.emulateMedia({ colorScheme });
      await browser.screenshot(reader, `${name}-${colorScheme}`);
      await browser.accessible(reader, `${name} in ${colorScheme}`);
    }
    await reader.context().close();
  };
  const reads = (page, words) => until(async () => {
    await page.goto(`/emergency/runs/${id}`);
    return words.test(await page.locator('body').innerText());
  }, `${words} on the run's emergency page`);

  chapter('Emergency_SignInWithoutScript_ShowsEveryGroupAndRun', async () => {
    if (!(await api.get('/groups')).items.some((each) => each.id === 'orders')) await api.post('/groups', { id: 'orders', title: null });
    await api.publish('night-watch', nightWatch);
    olga = await api.person('olga', 'operator', 'approver');
    petra = await api.person('petra', 'approver', 'operator');
    ({ id } = await new Api(stack, olga.token).post('/runs', { runbook: 'night-watch', group: 'orders', inputs: {}, reason: 'to be stopped by hand' }));
    const stranger = await browser.open('light', without);
    await stranger.goto('/emergency');
    await stranger.getByLabel('Token').fill('rbt_nobody');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await stranger.getByText('The sign-in is refused.').waitFor();
    await readable(stranger, 'emergency-signin', '/emergency');
    await stranger.context().close();
    asks = await enter(olga);
    await asks.getByRole('link', { name: id }).first().waitFor();
    await readable(asks, 'emergency');
    // Nothing moves under somebody's eyes unless they want it to.
    assert.equal(await asks.locator('meta[http-equiv=refresh]').count(), 0);
    await asks.getByRole('link', { name: 'Read it again every 10 s' }).click();
    await asks.getByText('The page reads itself again every 10 s.').waitFor();
    assert.equal(await asks.locator('meta[http-equiv=refresh]').getAttribute('content'), '10');
    await asks.getByRole('link', { name: 'Stop that' }).click();
    await asks.getByRole('link', { name: 'Read it again', exact: true }).waitFor();
  });

  chapter('Emergency_OwnRequest_IsRefusedWithItsReason', async () => {
    await asks.getByRole('link', { name: id }).first().click();
    await asks.getByText('REAL', { exact: true }).waitFor();
    await asks.getByLabel('Why').first().fill('I ask and I agree');
    await asks.getByRole('button', { name: 'Approve' }).click();
    await asks.getByText('RB-', { exact: false }).waitFor();
    const said = await asks.locator('body').innerText();
    assert.match(said, /own|yourself|requester|asked for/i, said);
    assert.equal((await api.get(`/runs/${id}`)).approvalsGiven, 0);
    if (!short) await browser.screenshot(asks, 'emergency-own-request');
    await asks.getByRole('link', { name: 'Back to the run' }).click();
    await asks.getByText('State: requested').waitFor();
  });

  chapter('Emergency_FormOfAnotherSite_IsRefused', async () => {
    const cookie = (await asks.context().cookies()).map((each) => `${each.name}=${each.value}`).join('; ');
    const post = (fields) => fetch(`${stack.address}/emergency/runs/${id}/abort`, {
      method: 'POST', redirect: 'manual', headers: { Cookie: cookie, Accept: 'text/html' },
      body: new URLSearchParams({ confirm: 'orders', reason: 'forged', ...fields }),
    });
    assert.equal((await post({})).status, 403);
    assert.equal((await post({ antiforgery: 'a guess' })).status, 403);
    assert.equal((await api.get(`/runs/${id}`)).state, 'requested');
  });

  chapter('Emergency_SecondPerson_ApprovesAndAborts', async () => {
    decides = await enter(petra);
    await decides.getByRole('link', { name: id }).first().click();
    await decides.getByLabel('Why').first().fill('the window is open');
    await readable(decides, 'emergency-run');
    await decides.getByRole('button', { name: 'Approve' }).click();
    await reads(decides, /State: running/);
    assert.equal((await api.get(`/runs/${id}`)).approvalsGiven, 1);
    // A wrong name stops it here, a right one aborts.
    await decides.getByLabel('Why').last().fill('enough waited');
    await decides.getByLabel(/Type the group/).fill('payments');
    await decides.getByRole('button', { name: 'Abort this run' }).click();
    await decides.getByText('name was not typed').waitFor();
    assert.equal((await api.get(`/runs/${id}`)).state, 'running');
    await decides.goto(`/emergency/runs/${id}`);
    await decides.getByLabel('Why').last().fill('enough waited');
    await decides.getByLabel(/Type the group/).fill('orders');
    await decides.getByRole('button', { name: 'Abort this run' }).click();
    await reads(decides, /State: (aborted|cancelled|compensated)/);
    assert.equal((await api.get(`/runs/${id}`)).state, 'aborted');
    await readable(decides, 'emergency-aborted');
  });

  chapter('BreakGlassSheet_OnPaper_LeadsAPhoneToTheEmergencyPage', async () => {
    await decides.goto('/emergency/groups/orders/sheet');
    await decides.getByText('run start failover-unplanned --group orders').first().waitFor();
    await decides.getByText('curl').first().waitFor();
    await readable(decides, 'break-glass-sheet');
    // What a camera sees of it, read by a foreign reader.
    assert.equal(await readQr(browser, decides.locator('svg.qr')), `${stack.address}/emergency`);
    if (!short) {
      const path = join(stack.root, 'artifacts/browser/break-glass-sheet.pdf');
      await decides.pdf({ path, format: 'A4' });
      assert.ok((await stat(path)).size > 10_000);
    }
    await decides.getByRole('button', { name: 'Sign out' }).click();
    await decides.getByLabel('Token').waitFor();
    await decides.context().close();
    await asks.context().close();
  });
}
