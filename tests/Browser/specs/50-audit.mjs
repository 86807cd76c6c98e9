import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call } from '../support/api.mjs';

const run = promisify(execFile);
const exported = '**/api/v1/audit/export';

/** The tamper-evident record as an auditor uses it: found, read in full, proven here, taken away, and printed. */
export default function audit({ test, stack, browser }) {
  const ask = (path) => call(stack, 'GET', path);

  test('Audit_ForAnAuditor', { timeout: 240_000 }, async (t) => {
    const page = await browser.signedIn();
    await page.goto('/audit');
    const records = page.getByRole('table', { name: 'Audit records' });
    await records.waitFor();

    await t.test('Search_ByKindAndActor_ShowsOnlyThoseAndStaysInTheAddress', async () => {
      await page.getByRole('combobox', { name: 'Kind' }).click();
      await page.getByRole('option', { name: 'runbook', exact: true }).click();
      await page.waitForURL(/kind=runbook/);
      await records.getByRole('cell', { name: /^runbook\./ }).first().waitFor();
      await page.waitForFunction(() => [...document.querySelectorAll('table[aria-label="Audit records"] tbody tr')].every((row) => row.cells[2]?.textContent?.startsWith('runbook')));
      await page.getByLabel('Actor').fill('nobody-at-all');
      await page.getByText('No record matches.').waitFor();
      await page.getByRole('button', { name: 'Show all' }).click();
      await records.waitFor();
      await page.getByRole('textbox', { name: 'Search' }).last().fill('no-such-word-in-any-record');
      await page.getByText('No record matches.').waitFor();
      await page.goto('/audit?q=drill-isolated&outcome=success&from=2020-01-01');
      await records.getByRole('cell', { name: /^runbook\./ }).first().waitFor();
    });

    await t.test('Record_Opened_IsWholeAndItsHashIsComputedHere', async () => {
      await page.goto('/audit?record=2');
      const drawer = page.getByRole('dialog', { name: 'Record 2' });
      await drawer.getByText('computed here, it is the same').waitFor();
      const { hash } = await ask('/audit/2');
      await drawer.getByText(hash).waitFor();
      await drawer.getByText('"sequence": 2').waitFor();
      await browser.screenshot(page, 'audit-record');
      await drawer.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('dialog', { name: 'Record 3' }).getByText('computed here, it is the same').waitFor();
      await page.getByRole('button', { name: 'Close the record' }).click();
    });

    await t.test('Chain_AsTheServerHasIt_IsVerifiedInTheBrowser', async () => {
      await page.goto('/audit?kind=site');
      let release;
      const held = new Promise((done) => { release = done; });
      await page.route(exported, async (route) => {
        const answer = await route.fetch();
        await held;
        await route.fulfill({ response: answer });
      });
      await page.getByRole('button', { name: 'Verify in this browser' }).click();
      await page.getByRole('button', { name: 'Reading the export…' }).waitFor();
      release();
      const verdict = page.getByText(/^Verified in this browser: \d+ records, \d+ signed heads$/);
      await verdict.waitFor();
      assert.ok(Number(/(\d+) records/.exec(await verdict.textContent())[1]) >= 10);
      await page.unroute(exported);
      await browser.screenshot(page, 'audit-verified');
      await browser.accessible(page, 'the verified chain');
    });

    await t.test('Chain_WithOneByteChanged_NamesTheRecord', async () => {
      await page.route(exported, async (route) => {
        const answer = await route.fetch();
        const bytes = await answer.body();
        const line = bytes.indexOf('"sequence":5,');
        // The record's own line, and in it one letter of its kind: still JSON, still canonical, no longer what was hashed.
        const at = bytes.lastIndexOf('\n', line) + 1;
        const kind = bytes.indexOf('"kind":"', at) + 8;
        bytes[kind] = bytes[kind] === 0x78 ? 0x79 : 0x78;
        await route.fulfill({ response: answer, body: bytes });
      });
      await page.getByRole('button', { name: 'Verify in this browser' }).click();
      await page.getByText('Not verified: record-altered at record 5').waitFor();
      await page.getByText('4 of').waitFor();
      await page.unroute(exported);
      await browser.screenshot(page, 'audit-altered');
    });

    await t.test('Bundle_Exported_IsAcceptedByTheCommandLine', async () => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export the bundle' }).click()]);
      assert.equal(download.suggestedFilename(), 'runbooks-audit.tar');
      const file = join(stack.folder, 'from-the-browser.tar');
      await download.saveAs(file);
      const { stdout } = await run(stack.program('Runbooks.Cli'), ['audit', 'verify', file]);
      assert.match(stdout, /verified/i);
    });

    await t.test('Report_OfARun_OpensDownloadsAndPrints', async (inner) => {
      const [last] = (await ask('/runs?limit=50')).items.filter((each) => each.endedAt !== null);
      if (!last) return inner.skip('needs a run that ended');
      await page.goto(`/runs/${last.id}?tab=evidence`);
      const [report] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open or print the report' }).click()]);
      await report.getByText(last.id).first().waitFor();
      await browser.screenshot(report, 'report');
      await browser.accessible(report, 'a report');
      const printed = await report.pdf({ format: 'A4', path: join(stack.root, 'artifacts/browser', 'report.pdf') });
      assert.equal(printed.subarray(0, 5).toString(), '%PDF-');
      await report.close();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as HTML' }).click()]);
      const file = join(stack.folder, 'report.html');
      await download.saveAs(file);
      assert.ok((await readFile(file, 'utf8')).includes(last.id));
    });
    await page.context().close();
  });
}
