import assert from 'node:assert/strict';
import { call, protectedWorkload } from '../support/api.mjs';

/** A drill planned in the console, started from its page, and read back with what it measured. */
export default function drill({ test, stack, browser }) {
  const ask = (path) => call(stack, 'GET', path);
  const choose = async (scope, label, text, option) => {
    const field = scope.getByRole('combobox', { name: label });
    await field.click();
    await field.fill(text);
    await scope.page().getByRole('option', { name: option }).first().click();
  };

  test('Drills_CalendarAndResults_AreTheServersOwn', { timeout: 360_000 }, async (t) => {
    await protectedWorkload(stack);
    const page = await browser.signedIn();
    await page.goto('/drills');
    await page.getByRole('table', { name: 'When drills are due' }).getByRole('cell', { name: 'orders', exact: true }).waitFor();

    await t.test('Schedule_Typed_IsSaidBackInWordsWithItsNextFiveDates', async () => {
      await page.getByRole('button', { name: 'Add to the calendar…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add to the drill calendar' });
      await dialog.getByRole('textbox', { name: 'Title' }).fill('Nightly rehearsal');
      await choose(dialog, 'Runbook', 'Isolated', /Isolated drill of a group/);
      await choose(dialog, 'Group', 'orders', 'orders');
      await choose(dialog, 'Time zone', 'Europe/Berl', 'Europe/Berlin');
      await dialog.getByRole('textbox', { name: 'Calendar' }).fill('99 3 * * *');
      await dialog.getByText(/99.*minute|minute.*99/).waitFor();
      assert.equal(await dialog.getByRole('button', { name: 'Add to the calendar' }).isDisabled(), true);
      await dialog.getByRole('textbox', { name: 'Calendar' }).fill('30 2 * * *');
      await dialog.getByText('At 02:30, every day (Europe/Berlin)').waitFor();
      // The night of the changes: left out in spring, twice in autumn.
      await dialog.getByText(/is skipped: clocks go forward/).waitFor();
      await dialog.getByText(/comes twice: clocks go back/).waitFor();
      const dates = await dialog.getByRole('list', { name: 'Next dates' }).getByRole('listitem').allTextContents();
      assert.equal(dates.length, 5);
      for (const date of dates) assert.match(date, /, 02:30 GMT\+[12]$/);
      await browser.screenshot(page, 'drill-schedule');
      await browser.accessible(page, 'the schedule editor');
      await dialog.getByRole('button', { name: 'Add to the calendar' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('table', { name: 'Schedules' }).getByText(/At 02:30, every day/).waitFor();
    });

    await t.test('Schedule_ChangedInPlaceAndPaused_IsTheSameOne', async () => {
      const [made] = (await ask('/schedules')).items;
      const row = page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: 'Nightly rehearsal' });
      await row.getByRole('button', { name: 'Change…' }).click();
      const dialog = page.getByRole('dialog', { name: /Change/ });
      await dialog.getByText('Runs drill-isolated on orders').waitFor();
      await dialog.getByRole('textbox', { name: 'Calendar' }).fill('0 3 * * 0');
      await dialog.getByText('At 03:00, every Sunday (Europe/Berlin)').waitFor();
      await dialog.getByRole('button', { name: 'Change the schedule' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await row.getByText(/At 03:00, every Sunday/).waitFor();
      await row.getByText('Active').waitFor();
      await row.getByRole('button', { name: 'Pause', exact: true }).click();
      await row.getByRole('button', { name: 'Resume', exact: true }).waitFor();
      const [now] = (await ask('/schedules')).items;
      assert.deepEqual([now.id, now.calendar, now.timeZone, now.paused], [made.id, '0 3 * * 0', 'Europe/Berlin', true]);
    });

    await t.test('Drill_StartedFromThePage_EndsWithItsMeasuredTimes', { timeout: 240_000 }, async () => {
      await page.getByRole('table', { name: 'When drills are due' }).getByRole('row').filter({ hasText: 'orders' }).getByRole('link', { name: 'Start drill…' }).click();
      await page.getByText('TEST', { exact: true }).first().waitFor();
      await page.getByRole('textbox', { name: /^Reason/ }).fill('first rehearsal');
      await page.getByRole('button', { name: 'Start the drill of orders' }).click();
      await page.waitForURL(/\/runs\/run_/);
      const run = new URL(page.url()).pathname.split('/').at(-1);
      let measured;
      for (const began = Date.now(); measured === undefined && Date.now() - began < 180_000; await new Promise((later) => setTimeout(later, 500))) {
        measured = (await ask('/drills?group=orders')).groups[0].results.find((each) => each.run === run);
      }
      assert.ok(measured, `drill ${run} did not end`);
      await page.getByText('Succeeded').first().waitFor();
      assert.equal(measured.passed, true);
      assert.ok(measured.recoverySeconds > 0);
      await page.goto('/drills');
      const result = page.getByRole('table', { name: 'Drills of orders', exact: true }).getByRole('row').filter({ hasText: 'Passed' }).first();
      await result.getByText(/ of 15 m$/).waitFor();
      await result.getByText('0 s of 0 s').waitFor();
      await page.getByRole('table', { name: 'When drills are due' }).getByText('Passed').waitFor();
      await browser.screenshot(page, 'drill-results');
    });
    await page.context().close();
  });
}
