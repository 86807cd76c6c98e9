import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api, call } from '../support/api.mjs';

const run = promisify(execFile);
const slow = 120_000;

/** What the pages say while an agent is dead, what they say before anything is done, and what an agent may after it was put out. */
export default function agents({ test, stack, browser }) {
  const api = new Api(stack);

  test('Agent_Killed_EveryPageNamesItAndSaysWhenItIsBack', { timeout: 600_000 }, async () => {
    await api.orders();
    const page = await browser.signedIn();
    const table = page.getByRole('table', { name: 'groups' });
    await table.getByText('Protected', { exact: true }).waitFor({ timeout: slow });
    const { agent: dead } = await api.get('/sites/site-b');
    await stack.killAgent('site-b');
    try {
      await page.getByRole('region', { name: /Needs attention/ }).getByText('orders').first().waitFor({ timeout: slow });
      await page.getByText(/site-b/).first().waitFor({ timeout: slow });
      assert.equal(await table.getByText('Protected', { exact: true }).count(), 0);
      await browser.inBothSchemes(page, 'agent-dead-overview');
      await page.goto('/sites');
      await page.getByText('Silent', { exact: true }).first().waitFor({ timeout: slow });
      await browser.inBothSchemes(page, 'agent-dead-sites');
      await page.goto('/sites/site-b');
      await page.getByText('Silent', { exact: true }).first().waitFor();
      await page.getByText('this is what it said last').waitFor();
      await browser.inBothSchemes(page, 'agent-dead-site');
      await page.goto('/workloads/db-1');
      await page.getByText('Degraded', { exact: true }).first().waitFor();
      await browser.inBothSchemes(page, 'agent-dead-workload');
      await page.goto('/workloads/db-1?tab=volumes');
      await page.getByText(/last known .+ ago/).first().waitFor({ timeout: slow });
      assert.equal(await page.getByText('In sync', { exact: true }).count(), 0, 'what nobody has heard of is not in sync');
      await browser.inBothSchemes(page, 'agent-dead-volumes');
    } finally {
      stack.letItComeBack();
    }
    await api.until('/overview', ({ groups }) => groups.some((each) => each.id === 'orders' && each.state === 'protected'));
    await page.getByText('In sync', { exact: true }).first().waitFor({ timeout: slow });
    await page.goto('/sites/site-b');
    await page.getByText('Connected', { exact: true }).first().waitFor();
    assert.notEqual((await api.get('/sites/site-b')).agent.instance, dead.instance, 'another process answers for it');
    await browser.screenshot(page, 'agent-back');
    await page.context().close();
  });

  test('Explain_OfADraft_SaysWhatEachStepWouldDoAndWhereAndDoesNothing', { timeout: 300_000 }, async () => {
    const before = (await api.get('/run-table')).total;
    const page = await browser.signedIn();
    const fork = (await api.get('/runbooks/failover-planned')).document.replaceAll('name: failover-planned', 'name: move-orders');
    await api.call('PUT', '/runbooks/move-orders', { document: fork }, { 'If-Match': '*' });
    await page.goto('/runbooks/move-orders');
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: /^Explain/ });
    const to = drawer.getByRole('combobox', { name: /^Site that takes over/ });
    await to.fill('site-b');
    await to.press('Tab');
    await drawer.getByRole('button', { name: 'Explain', exact: true }).click();
    const steps = drawer.getByRole('table');
    await steps.waitFor();
    await steps.getByText('cannot be undone').first().waitFor();
    await steps.getByText(/site-b/).first().waitFor();
    await browser.inBothSchemes(page, 'explain');
    assert.equal((await api.get('/run-table')).total, before, 'nothing was begun');
    await page.context().close();
  });

  test('Agent_Revoked_IsRefusedFromThenOnAndShownSo', { timeout: 300_000 }, async () => {
    await api.post('/sites', { id: 'site-d', title: 'Hall 4', location: null });
    const folder = join(stack.folder, 'site-d');
    const program = stack.program('Runbooks.SiteAgent');
    const { command } = await api.post('/sites/site-d/join-tokens', { replace: false });
    await run('bash', ['-c', `Runbooks.SiteAgent() { "$AGENT" "$@"; }; ${command} --data ${folder}`], { env: { ...process.env, AGENT: program } });
    const agent = spawn(program, ['run', '--data', folder, '--nbd', '127.0.0.1:0', '--wan', '127.0.0.1:0'], { stdio: 'ignore' });
    const ended = once(agent, 'exit');
    const page = await browser.signedIn();
    try {
      await page.goto('/sites/site-d');
      await page.getByText('Connected', { exact: true }).waitFor({ timeout: slow });
      const revoke = page.getByRole('region', { name: 'Revoke its certificates' });
      await revoke.getByText(/can no longer speak to the control plane/).waitFor();
      const button = revoke.getByRole('button', { name: 'Revoke site-d', exact: true });
      await revoke.getByRole('textbox', { name: 'Why' }).fill('the machine was stolen');
      assert.equal(await button.isDisabled(), true, 'its name is asked for');
      await revoke.getByRole('textbox', { name: 'Type site-d' }).fill('site-d');
      await browser.inBothSchemes(page, 'agent-revoke');
      await button.click();
      await page.getByText('Revoked', { exact: true }).first().waitFor({ timeout: slow });
      const { agent: heard } = await api.get('/sites/site-d');
      await browser.inBothSchemes(page, 'agent-revoked');
      await page.goto('/sites');
      await page.getByText('Revoked', { exact: true }).first().waitFor();
      await browser.inBothSchemes(page, 'agent-revoked-sites');
      // Started again it is refused as well: nothing of it is heard any more.
      agent.kill('SIGKILL');
      await ended;
      const again = spawn(program, ['run', '--data', folder, '--nbd', '127.0.0.1:0', '--wan', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
      const over = once(again, 'exit');
      try {
        let said = '';
        for (const stream of [again.stdout, again.stderr]) stream.on('data', (text) => { said += text; });
        await api.until('/sites/site-d', () => /RB-|revoked|refused/i.test(said));
        assert.equal((await api.get('/sites/site-d')).agent.lastHeartbeat, heard.lastHeartbeat);
      } finally {
        again.kill('SIGKILL');
        await over;
      }
    } finally {
      agent.kill('SIGKILL');
      await page.context().close();
      await call(stack, 'DELETE', '/sites/site-d');
    }
  });
}
