import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api, call, until } from '../support/api.mjs';

const run = promisify(execFile);
const slow = 120_000;

/** A third site, from its name to its agent's death, by what the pages show and by the commands they print. */
export default function enrol({ test, stack, browser, short }) {
  const api = new Api(stack);

  test('Agent_EnrolledByTheCommandThatThePageShows_IsSeenUntilItDies', { timeout: 300_000 }, async () => {
    const page = await browser.signedIn();
    await page.goto('/sites');
    await page.getByRole('button', { name: 'Add a site' }).click();
    await page.getByRole('textbox', { name: 'Short name' }).fill('site-c');
    await page.getByRole('textbox', { name: 'Location' }).fill('Hall 3');
    await page.getByRole('button', { name: 'Add the site', exact: true }).click();
    await page.getByRole('button', { name: 'Make a join token' }).click();
    const command = (await page.locator('code', { hasText: ' join ' }).innerText()).trim();
    if (!short) await browser.inBothSchemes(page, 'site-join');

    // The words of the page as a shell takes them; only where the program and its folder are is this machine's.
    const folder = join(stack.folder, 'site-c');
    const env = { ...process.env, AGENT: stack.program('Runbooks.SiteAgent') };
    const enter = (data) => run('bash', ['-c', `Runbooks.SiteAgent() { "$AGENT" "$@"; }; ${command} --data ${data}`], { env });
    await enter(folder);
    await assert.rejects(enter(`${folder}-2`), 'a token lets one agent in');
    assert.equal(await page.getByText('Runbooks.SiteAgent run', { exact: true }).count(), 1);

    const agent = spawn(env.AGENT, ['run', '--data', folder, '--nbd', '127.0.0.1:0', '--wan', '127.0.0.1:0'], { stdio: 'ignore' });
    const ended = once(agent, 'exit');
    try {
      await page.goto('/sites/site-c');
      const facts = page.getByRole('table', { name: 'Agent' });
      await facts.getByText(/^\d+\.\d+\.\d+/).first().waitFor({ timeout: slow });
      await facts.getByText(/\d+\.\d days left; renewed by itself/).waitFor();
      await facts.getByText(/^-?\d+ ms$/).waitFor();
      await facts.locator('time').first().waitFor();
      await page.getByText('live', { exact: true }).waitFor();
      if (!short) await browser.inBothSchemes(page, 'site-enrolled');
      const known = await api.get('/sites/site-c');
      assert.ok(known.agent.certificateDaysLeft > 1);
      assert.ok(Math.abs(known.agent.clockOffsetMilliseconds) < 5_000);

      agent.kill('SIGKILL');
      await ended;
      await until(async () => (await api.get('/sites/site-c')).state !== known.state, 'the control plane misses it', slow);
      await page.getByText(/silent|unreachable|lost|not heard/i).first().waitFor({ timeout: slow });
      if (!short) await browser.inBothSchemes(page, 'site-silent');
    } finally {
      agent.kill('SIGKILL');
      await page.context().close();
      // The stories after this one are told of two sites that answer.
      await call(stack, 'DELETE', '/sites/site-c');
    }
  });
}
