import assert from 'node:assert/strict';
import { Api, until } from '../support/api.mjs';
import { Pair } from '../support/pair.mjs';
import { Stack } from '../support/stack.mjs';

const slow = 120_000;

// Long enough to have something to tell before, while and after the control plane changes.
const march = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: march, title: March, owner: dr }
spec:
  for: custom
  approvals: { real: none, drill: none }
  steps:
${Array.from({ length: 12 }, (_, at) => `    - { id: step-${at}, title: Step ${at}, uses: delay, with: { for: 4s } }`).join('\n')}
`;

/** Two control planes on one database. The one that a person's page came from is killed while they watch and type. */
export default function takeover({ test, stack, browser }) {
  test('ControlPlane_Killed_ThePageGoesOnWithTheOtherByItself', { timeout: 900_000 }, async () => {
    const own = new Stack(stack.root);
    const pair = new Pair(own);
    try {
      await own.start();
      const first = await pair.start();
      const second = pair.other(first);
      const before = new Api({ address: first.address, token: own.token });
      const after = new Api({ address: second.address, token: own.token });
      await before.post('/groups', { id: 'orders', title: null });
      await before.publish('march', march);

      const watches = await browser.open('light', { baseURL: first.address });
      await watches.goto((await before.post('/session/links')).path);
      await watches.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      const types = await watches.context().newPage();
      await types.goto('/runs/start?runbook=march&group=orders');
      await types.getByRole('textbox', { name: 'Reason' }).fill('typed at the one that died');
      await types.getByRole('textbox', { name: /Type the group/ }).fill('orders');
      const { id } = await before.post('/runs', { runbook: 'march', group: 'orders', inputs: {}, reason: 'to be watched' });
      await watches.bringToFront();
      await watches.goto(`/runs/${id}?tab=events`);
      await watches.getByText('live', { exact: true }).waitFor();
      await before.until(`/runs/${id}/history`, ({ items }) => items.filter((each) => each.kind === 'step.succeeded').length >= 1);
      await watches.evaluate(() => { window.neverReloaded = true; });

      first.process.kill('SIGKILL');
      await watches.getByText(/^stale since/).waitFor({ timeout: slow });
      await browser.screenshot(watches, 'takeover-stale');
      await watches.getByText(`this page goes on with ${new URL(second.address).host}`).waitFor({ timeout: slow });
      await watches.getByText('live', { exact: true }).waitFor({ timeout: slow });
      await browser.inBothSchemes(watches, 'takeover');

      await until(async () => (await after.get(`/runs/${id}`).catch(() => null))?.state === 'succeeded', 'the run ends at the other', slow);
      const sequences = (await after.all(`/runs/${id}/history`)).map((each) => String(each.sequence));
      await watches.locator(`[data-sequence="${sequences.at(-1)}"]`).waitFor({ timeout: slow });
      const shown = await watches.locator('[data-sequence]').evaluateAll((rows) => rows.map((row) => row.dataset.sequence));
      assert.deepEqual(shown, sequences, 'no event is lost and none is there twice');
      assert.equal(await watches.evaluate(() => window.neverReloaded), true, 'the page was never loaded again');

      await types.bringToFront();
      await types.getByText(`this page goes on with ${new URL(second.address).host}`).waitFor({ timeout: slow });
      assert.equal(await types.getByRole('textbox', { name: 'Reason' }).inputValue(), 'typed at the one that died');
      assert.equal(await types.getByRole('textbox', { name: /Type the group/ }).inputValue(), 'orders');
      await types.getByRole('button', { name: /^Run march on orders/ }).click({ timeout: slow });
      await until(async () => (await after.get('/run-table?runbook=march')).items.some((each) => each.reason === 'typed at the one that died'), 'what was typed began a run at the other');
      await watches.context().close();
    } finally {
      await pair.stop();
      await own.stop();
    }
  });
}
