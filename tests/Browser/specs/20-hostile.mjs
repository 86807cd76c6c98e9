import assert from 'node:assert/strict';
import { call, draftOf, saveDraft } from '../support/api.mjs';

const mark = process.env.RUNBOOKS_MARK ?? '';
const head = (name, title = 'Bad input') => `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: ${name}, title: ${JSON.stringify(title)} }
spec:
  for: custom
  steps:
`;
const markup = '<img src=x onerror="document.title=\'owned\'">';

/** What a careless or hostile author can give: said at its place, kept, and never executed. */
export default function hostile({ test, stack, browser }) {
  test('Hostile_DocumentTyped_IsNamedAtItsPlaceAndNothingIsLost', { timeout: 180_000 }, async () => {
    const name = `bad${mark}`;
    await saveDraft(stack, name, `${head(name, markup)}    - { id: first, title: ${JSON.stringify(markup)}, uses: delay, with: { for: 1s } }\n    - { id: second, uses: delay, with: { for: 1s } }\n`);
    const page = await browser.signedIn();
    await page.goto(`/runbooks/${name}?pane=yaml`);
    const text = page.locator('.cm-content');
    await text.waitFor();
    await page.locator('[data-node="second"]').waitFor();
    await page.getByText(markup).first().waitFor();

    // A cycle and a kind that is not there, typed: named on the step.
    await text.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('    - { id: third, needs: [fourth], uses: group.readynes, with: {} }\n    - { id: fourth, needs: [third], uses: delay, with: { for: 1s } }\n');
    await page.locator('[data-node="fourth"]').waitFor();
    await page.getByRole('tab', { name: /Problems/ }).click();
    await page.getByText(/group\.readynes/).first().waitFor();
    await page.getByText(/third → fourth|fourth → third|cycle/i).first().waitFor();
    await page.getByText(/Did you mean 'group\.readiness'/).first().waitFor();
    await browser.screenshot(page, 'designer-cycle');

    // Not YAML at all: the last graph stays, the place is named, and a click goes there.
    await page.getByRole('tab', { name: 'YAML' }).click();
    await text.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('  - [never closed');
    await page.getByText(/The text is not YAML at line/).waitFor();
    await page.locator('[data-node="fourth"]').waitFor();
    await page.locator('[data-save=saved]').waitFor({ timeout: 60_000 });
    assert.match(await draftOf(stack, name), /never closed/, 'even this is kept as a draft');
    await browser.screenshot(page, 'designer-not-yaml');
    await text.click();
    await page.keyboard.press('Control+z');
    await page.getByText(/The text is not YAML at line/).waitFor({ state: 'detached' });

    // Five megabytes pasted: refused with the limit; undo brings the text back.
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', '# nothing but length\n'.repeat(250_000));
      document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await page.getByText(/the limit is 1 million/).first().waitFor({ timeout: 90_000 });
    await browser.screenshot(page, 'designer-too-large');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/the limit is 1 million/).first().waitFor({ state: 'detached', timeout: 90_000 });
    await page.locator('[data-node="fourth"]').waitFor();
    assert.notEqual(await page.title(), 'owned');
    await page.context().close();
  });

  test('Hostile_FileImported_IsRefusedWithItsReason', { timeout: 180_000 }, async () => {
    const page = await browser.signedIn();
    await page.goto('/runbooks');
    const choose = async (name, content) => {
      const chosen = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Import…' }).click();
      await (await chosen).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
    };
    await choose('large.yaml', 'a: b\n'.repeat(2 ** 20));
    await page.getByText('large.yaml has 5.0 MiB; a runbook has at most 1 MiB. Split it.').waitFor();
    await choose('large.elsa.json', JSON.stringify({ root: { type: 'Elsa.Flowchart', activities: ['x'.repeat(5 * 2 ** 20)] } }));
    await page.getByText(/large\.elsa\.json has 5\.0 MiB/).waitFor();

    const deep = `{"root":${'{"activities":['.repeat(50_000)}${']}'.repeat(50_000)}}`;
    await choose('deep.elsa.json', deep);
    await page.getByRole('alert').filter({ hasText: /nothing was imported|nested too deeply/ }).first().waitFor();
    await browser.screenshot(page, 'import-deep');
    await page.goto('/runbooks');

    const poisoned = `{"name":${JSON.stringify(markup)},"__proto__":{"owned":true},"constructor":{"prototype":{"owned":true}},"root":{"id":"r","type":"Elsa.Flowchart","__proto__":{"owned":true},"activities":[{"id":"a","type":"Dr.group.explode","name":${JSON.stringify(markup)}}],"connections":[]}}`;
    await choose('poisoned.elsa.json', poisoned);
    await page.getByRole('alert').or(page.getByRole('dialog')).first().waitFor();
    await browser.screenshot(page, 'import-poisoned');
    assert.equal(await page.evaluate(() => ({}).owned), undefined, 'no prototype was touched');
    assert.notEqual(await page.title(), 'owned', 'no markup was executed');
    const { items } = await call(stack, 'GET', '/runbooks');
    assert.equal(items.some((each) => each.name.includes('img') || each.title.includes('deep')), false, 'nothing was made');
    await page.context().close();
  });

  test('Exchange_YamlAndElsa_DownloadedAndReadBack', { timeout: 120_000 }, async () => {
    const page = await browser.signedIn();
    await page.goto('/runbooks/three-tier');
    await page.locator('[data-settled]').waitFor();
    const download = async (item) => {
      await page.getByRole('button', { name: 'More' }).click();
      const begun = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: item }).click();
      const file = await begun;
      const parts = [];
      for await (const part of await file.createReadStream()) parts.push(part);
      return { name: file.suggestedFilename(), text: Buffer.concat(parts).toString() };
    };
    const yaml = await download('Export YAML');
    assert.equal(yaml.name, 'three-tier.yaml');
    assert.equal(yaml.text, await draftOf(stack, 'three-tier'), 'byte for byte, with its comments');
    const elsa = await download(/Elsa 3/);
    assert.equal(elsa.name, 'three-tier.elsa.json');
    assert.equal(JSON.parse(elsa.text).root.type, 'Elsa.Flowchart');

    const name = `back${mark}`;
    await page.goto('/runbooks');
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Import…' }).click();
    await (await chosen).setFiles({ name: elsa.name, mimeType: 'application/json', buffer: Buffer.from(elsa.text) });
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('button', { name: 'Import as a draft' }).click();
    await page.waitForURL(`**/runbooks/${name}`);
    await page.locator('[data-settled]').waitFor();
    await page.getByText('No problems: this draft can be published.').waitFor();
    await page.context().close();
  });
}
