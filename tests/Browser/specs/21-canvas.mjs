import assert from 'node:assert/strict';
import { draftOf, saveDraft, until } from '../support/api.mjs';
import { Desk, focused, reach } from '../support/desk.mjs';

const mark = process.env.RUNBOOKS_MARK ?? '';
const head = (name) => `# Kept by hand.
apiVersion: runbooks/v1
kind: Runbook
metadata: { name: ${name}, title: On the canvas }
spec:
  for: custom
  steps:
`;
const asked = `    # Who answers?
    - { id: ask, uses: http.call, with: { url: "http://127.0.0.1:9/a" } } # by its address
    - { id: tell, uses: notify, needs: [ask], with: { title: "said \${ask.outputs.status}" } }
`;
const wait = (id) => `    - { id: ${id}, uses: delay, with: { for: 1s } }\n`;

/** Everything that hands do on the canvas, and the same by keys: copied, lined up, put together, found, taken back. */
export default function canvas({ test, stack, browser }) {
  const open = async (name, address = '') => {
    const page = await browser.signedIn();
    await page.goto(`/runbooks/${name}${address}`);
    const desk = new Desk(page);
    await desk.settled();
    return { page, desk };
  };

  test('Canvas_SeveralStepsCopied_ReferencesAmongThemAreKept', { timeout: 240_000 }, async () => {
    const [here, there] = [`copied${mark}`, `pasted${mark}`];
    await saveDraft(stack, here, `${head(here)}${asked}${wait('rest')}`);
    await saveDraft(stack, there, `${head(there)}${wait('ask')}${wait('last')}`);
    const { page, desk } = await open(here);
    await desk.node('ask').click();
    await desk.node('tell').click({ modifiers: ['Shift'] });
    await desk.chosenAre('ask', 'tell');
    await page.keyboard.press('Control+c');
    await page.getByText('Copied 2 steps.').waitFor();
    await page.keyboard.press('Control+v');
    await desk.chosenAre('ask-2', 'tell-2');
    await desk.textHas(/id: tell-2, uses: notify, needs: \[ ?ask-2 ?\], with: \{ title: "said \$\{ask-2\.outputs\.status\}" \}/);
    const text = await desk.text();
    assert.ok(text.indexOf('id: tell-2') < text.indexOf('id: rest'), 'behind what was copied');
    assert.equal(text.match(/# Who answers\?/g).length, 2, 'with their comments');
    await desk.undo();
    await desk.node('ask-2').waitFor({ state: 'detached' });
    await until(async () => (await desk.text()) === `${head(here)}${asked}${wait('rest')}`, 'undo gives the very bytes', 60_000);
    await desk.redo();
    await desk.node('tell-2').waitFor();

    // Into another runbook: the id that is taken there gets a number, and what came along names it.
    await page.goto(`/runbooks/${there}`);
    await desk.node('last').click();
    await desk.chosenAre('last');
    await page.keyboard.press('Control+v');
    await desk.chosenAre('ask-2', 'tell');
    await desk.textHas(/needs: \[ ?ask-2 ?\], with: \{ title: "said \$\{ask-2\.outputs\.status\}" \}/);
    await page.getByText('No problems: this draft can be published.').waitFor();
    await browser.screenshot(page, 'canvas-pasted');
    await page.context().close();
  });

  test('Canvas_LinedUpAndLaidOut_UndoPutsEachBack', { timeout: 240_000 }, async () => {
    const name = `lined${mark}`;
    await saveDraft(stack, name, `${head(name)}${wait('one')}${wait('two')}${wait('three')}`);
    const { page, desk } = await open(name);
    const before = await desk.box('two');
    await desk.carry('two', 'two', { x: 150, y: 20 });
    const carried = await until(async () => { const box = await desk.box('two'); return box.x > before.x + 60 ? box : null; }, 'two stands elsewhere', 60_000);
    await desk.frame('one', 'two', 'three');
    await desk.chosenAre('one', 'two', 'three');
    await page.getByRole('heading', { name: '3 steps' }).waitFor();
    await page.getByRole('button', { name: 'Left edges' }).click();
    const edges = async () => new Set(await Promise.all(['one', 'two', 'three'].map(async (id) => Math.round((await desk.box(id)).x))));
    await until(async () => (await edges()).size === 1, 'one left edge', 60_000);
    await page.getByRole('button', { name: 'Top edges' }).click();
    const tops = async () => Promise.all(['one', 'two', 'three'].map(async (id) => desk.box(id)));
    await until(async () => new Set((await tops()).map((box) => Math.round(box.y))).size === 1, 'one upper edge', 60_000);
    const row = (await tops()).sort((a, b) => a.x - b.x);
    assert.ok(row.every((box, i) => i === 0 || box.x >= row[i - 1].x + row[i - 1].width), 'none lies over another');
    await browser.screenshot(page, 'canvas-lined-up');
    await desk.undo();
    await until(async () => (await edges()).size === 1, 'the upper edges are as they were', 60_000);
    await desk.undo();
    await until(async () => Math.abs((await desk.box('two')).x - carried.x) < 2, 'two is where it was carried', 60_000);
    await page.getByRole('button', { name: 'Auto-layout' }).click();
    await until(async () => (await edges()).size === 1, 'the automatic layout', 60_000);
    await desk.undo();
    await until(async () => Math.abs((await desk.box('two')).x - carried.x) < 2, 'two is where it was carried again', 60_000);
    // Another page sees it there: places are the server's.
    await until(async () => (await placesOf(name)).two !== undefined, 'the place is kept', 60_000);
    await page.reload();
    await until(async () => Math.abs((await desk.box('two')).x - (await desk.box('one')).x) > 60, 'two is still there after a reload', 60_000);
    await desk.undo();
    await until(async () => (await edges()).size === 1, 'even that is taken back after the reload', 60_000);
    await page.context().close();
  });

  test('Canvas_BlocksMadeAndDissolved_StepsGoInAndOut', { timeout: 240_000 }, async () => {
    const name = `blocks${mark}`;
    await saveDraft(stack, name, `${head(name)}${asked}${wait('rest')}`);
    const { page, desk } = await open(name);
    await desk.drag('In parallel', 'rest');
    await desk.node('together').waitFor();
    await desk.carry('rest', 'together', { x: 14, y: 44 });
    await desk.node('together.rest').waitFor();
    await desk.drag('Delay', 'together', 'inside');
    await desk.node('together.delay').waitFor();
    await desk.field('for').fill('1s');
    // Out again, onto the free canvas beside the block.
    const block = await desk.box('together');
    await desk.carry('together.rest', 'together', { x: block.width + 60, y: 30 });
    await desk.node('rest').waitFor();
    await desk.undo();
    await desk.node('together.rest').waitFor();

    await desk.node('together').click({ position: { x: 20, y: 14 } });
    await page.getByRole('button', { name: 'Ungroup' }).click();
    await desk.chosenAre('rest', 'delay');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await desk.node('block.rest').waitFor();
    await desk.undo();
    await desk.node('rest').waitFor();

    // Removing what another step refers to is done, and said as the problem that it makes.
    await desk.node('ask').click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await desk.node('ask').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: /Problems/ }).getByText('1').waitFor();
    await page.getByText(/\$\{ask\.outputs\.status\}|'ask/).first().waitFor();
    await desk.node('tell').getByTitle('1 problem').waitFor();
    await browser.screenshot(page, 'canvas-dangling');
    await desk.undo();
    await desk.node('ask').waitFor();
    await page.getByText('No problems: this draft can be published.').waitFor();
    assert.match(await desk.text(), /# Who answers\?\n {4}- \{ id: ask/, 'with its comment, where it stood');
    await page.context().close();
  });

  test('Canvas_ByKeysAlone_EverythingThatTheMouseCan', { timeout: 240_000 }, async () => {
    const name = `keyed${mark}`;
    await saveDraft(stack, name, `${head(name)}${asked}${['a', 'b', 'c'].map((id) => wait(id)).join('')}`);
    const { page, desk } = await open(name);
    const { keyboard } = page;
    await reach(page, desk.node('ask'), 'Tab');
    await keyboard.press('Space');
    await desk.chosenAre('ask');
    await keyboard.press('Shift+ArrowDown');
    await desk.chosenAre('ask', 'tell');
    await keyboard.press('Control+c');
    await page.getByText('Copied 2 steps.').waitFor();
    await keyboard.press('Control+v');
    await focused(desk.node('ask-2'));
    await desk.chosenAre('ask-2', 'tell-2');
    await keyboard.press('p');
    await focused(desk.node('together'));
    await keyboard.press('u');
    await desk.chosenAre('ask-2', 'tell-2');
    await keyboard.press('e');
    await focused(desk.node('each'));
    await desk.textHas(/forEach: "?\$\{group\.workloads\}/);
    await keyboard.press('Control+z');
    await desk.node('each').waitFor({ state: 'detached' });

    // Found by its id, chosen, and the focus is there.
    await reach(page, desk.node('ask'), 'Tab');
    await keyboard.press('f');
    await focused(page.getByRole('textbox', { name: 'Find a step' }));
    await keyboard.type('tell');
    await keyboard.press('Enter');
    await desk.chosenAre('tell');
    await page.getByText('1 of 2').waitFor();
    await keyboard.press('Enter');
    await desk.chosenAre('tell-2');
    await keyboard.press('Escape');
    await focused(desk.node('tell-2'));

    // Several at once in the form: lined up without a mouse, and removed.
    await keyboard.press('Shift+ArrowUp');
    await desk.chosenAre('ask-2', 'tell-2');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: '2 steps' }).waitFor();
    await reach(page, page.getByRole('button', { name: 'Top edges' }), 'Tab');
    await keyboard.press('Enter');
    await until(async () => Math.round((await desk.box('ask-2')).y) === Math.round((await desk.box('tell-2')).y), 'one upper edge', 60_000);
    await keyboard.press('Escape');
    await focused(desk.node('ask-2'));
    await keyboard.press('l');
    await page.getByText('Every step stands where the automatic layout puts it.').waitFor();
    await keyboard.press('Delete');
    await desk.node('tell-2').waitFor({ state: 'detached' });
    assert.equal(await desk.node('ask-2').count(), 0);
    await keyboard.press('Control+a');
    await desk.chosenAre('ask', 'tell', 'a', 'b', 'c');

    // A key of two letters still leads to another page, and the sheet names every key.
    await keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard' });
    for (const words of ['Group into a block', 'Ungroup a block', 'Find a step', 'Automatic layout', 'Copy, cut, paste']) await sheet.getByText(words).waitFor();
    await browser.screenshot(page, 'canvas-keys');
    await keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.locator('[data-save=saved]').waitFor();

    // The list is the same runbook: the same keys there.
    await page.goto(`/runbooks/${name}?view=outline`);
    await reach(page, page.getByRole('treeitem').first(), 'Tab');
    await keyboard.press('Shift+ArrowDown');
    await desk.chosenAre('ask', 'tell');
    await keyboard.press('b');
    await desk.node('block.ask').waitFor();
    await focused(desk.node('block'));
    await keyboard.press('u');
    await desk.node('ask').waitFor();
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    await until(async () => !(await desk.text()).includes('id: block'), 'both are taken back', 60_000);
    await page.context().close();
  });

  test('Canvas_DeepLinkAndReloadAndCrash_NothingIsLost', { timeout: 240_000 }, async () => {
    const name = `linked${mark}`;
    const many = Array.from({ length: 24 }, (_, i) => wait(`s${i + 1}`)).join('');
    await saveDraft(stack, name, `${head(name)}${many}`);
    const { page, desk } = await open(name, '?step=s23&pane=yaml');
    await desk.chosenAre('s23');
    await page.locator('.cm-content').waitFor();
    await inView(desk.node('s23'));
    await page.getByRole('img', { name: 'Miniature of the graph' }).waitFor();
    await browser.screenshot(page, 'canvas-deep-link');
    await reach(page, desk.node('s23'), 'Tab');
    await page.keyboard.press('w');
    await inView(desk.node('s1'));
    await desk.node('s1').click({ force: true });
    await page.waitForURL(/step=s1(&|$)/);
    await page.getByRole('link', { name: 'Sites' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sites' }).waitFor();
    await page.goBack();
    await desk.chosenAre('s1');

    // A reload keeps what can be undone.
    await desk.field('title').fill('Named anew');
    await desk.textHas(/title: Named anew/);
    await page.locator('[data-save=saved]').waitFor();
    await page.reload();
    await page.getByText(/The history of this draft is back/).waitFor();
    await desk.undo();
    await desk.textHas(/^(?![\s\S]*Named anew)/, 'the title is taken back after a reload');
    await page.locator('[data-save=saved]').waitFor();

    // A tab that dies with text no server has: a new one has it, says so, and saves it.
    await page.route(new RegExp(`/api/v1/runbooks/${name}(\\?|$)`), (route) => (route.request().method() === 'PUT' ? route.abort('connectionreset') : route.continue()));
    await desk.field('title').fill('Typed before the crash');
    await desk.textHas(/Typed before the crash/);
    const context = page.context();
    const crashed = await context.newCDPSession(page);
    await Promise.race([crashed.send('Page.crash').catch(() => undefined), page.waitForEvent('crash')]);
    assert.doesNotMatch(await draftOf(stack, name), /before the crash/);
    const again = await context.newPage();
    await again.goto(`/runbooks/${name}`);
    await again.getByText('Changes that were not saved are back').waitFor();
    await browser.screenshot(again, 'canvas-after-crash');
    await until(async () => /title: Typed before the crash/.test(await draftOf(stack, name)), 'it is saved');
    await again.getByRole('button', { name: 'Undo', exact: true }).click();
    await until(async () => !/before the crash/.test(await draftOf(stack, name)), 'and can be undone');
    await again.locator('[data-save=saved]').waitFor();
    await until(() => again.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('runbooks.draft.'))), 'kept for a crash', 60_000);
    await again.getByRole('link', { name: 'Sites' }).click();
    await again.getByRole('heading', { level: 1, name: 'Sites' }).waitFor();
    assert.equal(await again.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('runbooks.draft.')).length), 0, 'the browser keeps nothing that is acknowledged');
    await context.close();
  });

  async function placesOf(name) {
    const response = await fetch(`${stack.address}/api/v1/runbooks/${name}/layout`, { headers: { Authorization: `Bearer ${stack.token}` } });
    return (await response.json()).steps;
  }
}

async function inView(node) {
  await until(async () => {
    const [box, canvas] = [await node.boundingBox(), await node.page().locator('.react-flow').boundingBox()];
    return box && box.y >= canvas.y && box.y + box.height <= canvas.y + canvas.height;
  }, `${node} is in view`, 60_000);
}
