import assert from 'node:assert/strict';
import { call, draftOf, protectedWorkload, until } from '../support/api.mjs';
import { Desk, focused, reach } from '../support/desk.mjs';

// A stack that is kept between two runs of this file has the runbooks of the first.
const mark = process.env.RUNBOOKS_MARK ?? '';
const mouse = `by-mouse${mark}`;
const keys = `by-keys${mark}`;

/** A runbook from nothing to a run that succeeded: once with the mouse, once with the keyboard alone. */
export default function design({ test, stack, browser }) {
  test('Design_WithTheMouse_PublishedAndRun', { timeout: 240_000 }, async () => {
    await protectedWorkload(stack);
    const page = await browser.signedIn();
    await page.goto('/runbooks');
    await page.getByRole('button', { name: 'New runbook' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(mouse);
    await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Made with the mouse');
    await page.getByRole('combobox', { name: 'For' }).click();
    await page.getByRole('option', { name: 'Something else' }).click();
    await browser.screenshot(page, 'designer-new');
    await page.getByRole('button', { name: 'Make it and open the designer' }).click();
    const desk = new Desk(page);
    await desk.node('ready').waitFor();

    // Dragged from the toolbox beneath the first step; what it lacks stands on the step and on the field.
    await desk.drag('Delay', 'ready');
    await desk.node('delay').waitFor();
    const wait = desk.field('for');
    await wait.fill('an hour');
    await page.getByText(/"an hour" is not a duration/).first().waitFor();
    await desk.node('delay').getByTitle('1 problem').waitFor();
    await browser.screenshot(page, 'designer-problem');
    await wait.fill('1s');
    await desk.node('delay').getByTitle('1 problem').waitFor({ state: 'detached' });

    await desk.drag('Check a condition', 'delay');
    await desk.field('value').fill('${inputs.to}');
    await desk.field('is').fill('site-b');

    // A branch: the condition waits for the first step, no longer for the delay.
    await desk.connect('ready', 'condition');
    await desk.field('waits for').waitFor();
    await until(async () => /needs: \[ ?ready ?\]/.test(await desk.text()), 'the connection stands in the text');

    // Several at once: two steps into a parallel block, taken back, and done again.
    await desk.node('delay').click();
    await desk.node('condition').click({ modifiers: ['Control'] });
    await page.getByRole('heading', { name: '2 steps' }).waitFor();
    await page.getByRole('button', { name: 'Run in parallel' }).click();
    await desk.node('together.delay').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await desk.node('delay').waitFor();
    await page.getByRole('button', { name: 'Redo' }).click();
    await desk.node('together.delay').waitFor();

    // A for-each with a step dropped into it.
    await desk.drag('For each', 'together');
    await desk.node('each').waitFor();
    await desk.drag('Delay', 'each', 'inside');
    await desk.node('each.delay').waitFor();
    await desk.field('for').fill('1s');
    await page.getByText('No problems: this draft can be published.').waitFor();
    await browser.screenshot(page, 'designer-mouse');
    await desk.saved();

    await page.getByRole('button', { name: 'Publish…' }).click();
    await page.getByRole('button', { name: 'Publish version 1' }).click();
    await page.getByText('Version 1 stands.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByRole('link', { name: 'Run…' }).click();
    await page.getByRole('combobox', { name: 'Site that takes over' }).click();
    await page.getByRole('option', { name: /site-b/ }).click();
    await page.getByLabel(/^Reason/).fill('made with the mouse');
    await page.getByLabel(/Type the group/).fill('orders');
    const start = page.getByRole('button', { name: /orders now/ });
    await start.click();
    await page.waitForURL(/\/runs\/run_/);
    await succeeded(page.url());
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    const text = await draftOf(stack, mouse);
    assert.match(text, /^# yaml-language-server/, 'the first comment survives');
    await browser.screenshot(page, 'designer-mouse-run');
    await page.context().close();
  });

  test('Design_WithTheKeyboardAlone_PublishedAndRun', { timeout: 240_000 }, async () => {
    await protectedWorkload(stack);
    const page = await browser.open();
    const { keyboard } = page;
    const desk = new Desk(page);
    const tabTo = (locator, back = false) => reach(page, locator, back ? 'Shift+Tab' : 'Tab');
    await page.goto('/signin?next=/runbooks');
    await tabTo(page.locator('input[type=password]'));
    await keyboard.type(stack.token);
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Runbooks' }).waitFor();

    await tabTo(page.getByRole('button', { name: 'New runbook' }));
    await keyboard.press('Enter');
    await focused(page.getByRole('textbox', { name: 'Name' }));
    await keyboard.type(keys);
    await tabTo(page.getByRole('textbox', { name: 'Title', exact: true }));
    await keyboard.type('Made with the keyboard');
    await tabTo(page.getByRole('combobox', { name: 'For' }));
    await keyboard.press('Enter');
    await page.getByRole('option', { name: 'Something else' }).waitFor();
    for (let i = 0; i < 6; i++) await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await tabTo(page.getByRole('button', { name: 'Make it and open the designer' }));
    await keyboard.press('Enter');

    // Add: the step's own key leads to the toolbox, Enter in the form's field back to the canvas by Escape.
    await desk.node('ready').waitFor();
    await tabTo(desk.node('ready'));
    await keyboard.press('a');
    await focused(page.getByRole('textbox', { name: 'Add a step' }));
    await keyboard.type('delay');
    await keyboard.press('Enter');
    await focused(desk.node('delay'));
    await keyboard.press('Enter');
    await tabTo(desk.field('for'));
    await keyboard.type('1s');
    await keyboard.press('Escape');
    await focused(desk.node('delay'));

    await keyboard.press('a');
    await focused(page.getByRole('textbox', { name: 'Add a step' }));
    await keyboard.type('condition');
    await keyboard.press('Enter');
    await focused(desk.node('condition'));
    await keyboard.press('Enter');
    await tabTo(desk.field('value'));
    await keyboard.type('${inputs.to}');
    await tabTo(desk.field('is'));
    await keyboard.type('site-b');
    await keyboard.press('Escape');
    await focused(desk.node('condition'));

    // Connect: from the first step to the third, so that it no longer waits for the second.
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowUp');
    await focused(desk.node('ready'));
    await keyboard.press('c');
    await page.getByText('Which step waits for').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await focused(desk.node('condition'));
    await keyboard.press('Enter');
    await page.getByText('condition now waits for ready.').waitFor();
    await browser.screenshot(page, 'designer-keyboard');

    // Move, remove, take back, do again.
    await keyboard.press('Alt+ArrowUp');
    await until(async () => (await desk.text()).indexOf('uses: condition') < (await desk.text()).indexOf('uses: delay'), 'the condition stands before the delay');
    await focused(desk.node('condition'));
    await keyboard.press('Delete');
    await desk.node('condition').waitFor({ state: 'detached' });
    await keyboard.press('Control+z');
    await desk.node('condition').waitFor();
    await keyboard.press('Control+z');
    await until(async () => (await desk.text()).indexOf('uses: delay') < (await desk.text()).indexOf('uses: condition'), 'the move is taken back');
    await keyboard.press('Control+y');
    await until(async () => (await desk.text()).indexOf('uses: condition') < (await desk.text()).indexOf('uses: delay'), 'the move is done again');

    // The outline is the same runbook as a list; a step is renamed there.
    await tabTo(desk.node('ready'), true);
    await tabTo(page.getByRole('radio', { name: 'Graph' }), true);
    await keyboard.press('ArrowRight');
    await page.getByRole('tree').waitFor();
    await tabTo(page.getByRole('treeitem').first());
    await keyboard.press('End');
    await keyboard.press('F2');
    await focused(page.getByRole('textbox', { name: 'New id of delay' }));
    await keyboard.press('Control+a');
    await keyboard.type('breath');
    await keyboard.press('Enter');
    await page.getByRole('treeitem').filter({ hasText: 'breath' }).waitFor();
    await browser.screenshot(page, 'designer-outline');
    await page.getByText('No problems: this draft can be published.').waitFor();
    await desk.saved();

    await tabTo(page.getByRole('button', { name: 'Publish…' }), true);
    await keyboard.press('Enter');
    await tabTo(page.getByRole('button', { name: 'Publish version 1' }));
    await keyboard.press('Enter');
    await page.getByText('Version 1 stands.').waitFor();
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last());
    await keyboard.press('Enter');
    await tabTo(page.getByRole('link', { name: 'Run…' }));
    await keyboard.press('Enter');
    await tabTo(page.getByRole('combobox', { name: 'Site that takes over' }));
    await keyboard.press('Enter');
    await page.getByRole('option', { name: /site-b/ }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await page.getByLabel(/^Reason/).waitFor();
    await tabTo(page.getByLabel(/^Reason/));
    await keyboard.type('made with the keyboard');
    await tabTo(page.getByLabel(/Type the group/));
    await keyboard.type('orders');
    await tabTo(page.getByRole('button', { name: /orders now/ }));
    await keyboard.press('Enter');
    await page.waitForURL(/\/runs\/run_/);
    await succeeded(page.url());
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    await page.context().close();
  });

  async function succeeded(address) {
    const id = /run_[0-9a-z]+/.exec(address)[0];
    const run = await until(async () => {
      const now = await call(stack, 'GET', `/runs/${id}`);
      return now.endedAt ? now : null;
    }, `run ${id} ends`);
    assert.equal(run.state, 'succeeded', `${id} ended: ${run.state} ${run.reason ?? ''}`);
  }
}
