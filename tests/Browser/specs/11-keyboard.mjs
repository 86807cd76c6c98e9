import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api } from '../support/api.mjs';
import { story } from '../support/story.mjs';

const run = promisify(execFile);

/** A person who leaves the mouse alone, and the choices a page remembers for them. */
export default function keyboard({ test, stack, browser, short }) {
  const api = new Api(stack);
  let page;
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  const focused = (what) => page.waitForFunction((wanted) => {
    const at = document.activeElement;
    return (at?.getAttribute('aria-label') ?? at?.textContent ?? '').trim().startsWith(wanted);
  }, what);
  const dialogGone = () => page.getByRole('dialog').waitFor({ state: 'detached' });

  const chapter = story(test);

  chapter('Keyboard_SkipLink_LeadsPastTheRail', { timeout: 180_000 }, async () => {
    page = await browser.open('light', { timezoneId: 'Asia/Tokyo', permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto((await api.post('/session/links')).path);
    await heading('Overview');
    await page.goto('/runbooks');
    await page.getByRole('table').first().waitFor();
    await press('Tab');
    await focused('Skip to the page');
    if (!short) await browser.screenshot(page, 'skip-link');
    await press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'main');
    // The next stop is on the page itself.
    await press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('main') !== null), true);
  });

  chapter('Keyboard_Palette_FindsPagesThingsAndActions', { timeout: 180_000 }, async () => {
    const find = async (typed, option) => {
      await press('Control+k');
      await page.getByRole('dialog').getByPlaceholder(/Search pages/).fill(typed);
      await page.locator('[data-action][data-selected]').filter({ hasText: option }).waitFor();
    };
    await find('drill-iso', 'drill-isolated');
    if (!short) await browser.inBothSchemes(page, 'palette');
    await press('Enter');
    await page.waitForURL('**/runbooks/drill-isolated');
    await find('site-b', 'site-b');
    await press('Enter');
    await page.waitForURL('**/sites/site-b');
    await find('Write a run', 'Write a runbook');
    await press('Enter');
    await page.waitForURL('**/runbooks');
    await dialogGone();
    // Esc leaves everything as it was, and the keyboard where it was.
    const filter = page.getByRole('textbox', { name: 'Filter runbooks' });
    await filter.focus();
    await press('Control+k');
    await page.getByRole('dialog').getByPlaceholder(/Search pages/).fill('nothing has this name');
    await page.getByText('Nothing has this name.').waitFor();
    await press('Escape');
    await dialogGone();
    await focused('Filter runbooks');
  });

  chapter('Keyboard_ListByArrowsAndEnter_OpensWhatIsFocused', { timeout: 180_000 }, async () => {
    const filter = page.getByRole('textbox', { name: 'Filter runbooks' });
    await filter.fill('drill');
    await page.waitForURL(/drill/);
    await press('ArrowDown', 'ArrowDown', 'ArrowUp', 'End', 'Home');
    const first = await page.locator('[data-row="0"]').innerText();
    await focused(first);
    await press('ArrowDown');
    const second = await page.locator('[data-row="1"]').innerText();
    await focused(second);
    await press('Enter');
    await page.waitForURL(`**/runbooks/${second}`);
    await page.goBack();
    assert.equal(await filter.inputValue(), 'drill', 'what was filtered is in the address');
  });

  chapter('Keyboard_SheetAndLetters_GoEverywhereAndNotWhileTyping', { timeout: 180_000 }, async () => {
    await page.getByRole('heading', { level: 1 }).click();
    await press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard' });
    await sheet.getByText('Search and commands').waitFor();
    if (!short) await browser.inBothSchemes(page, 'shortcuts');
    await press('Escape');
    await dialogGone();
    const places = { w: '/workloads', b: '/runbooks', r: '/runs', d: '/drills', a: '/approvals', u: '/audit', s: '/sites', t: '/settings', o: '/' };
    for (const key of short ? ['r', 'o'] : Object.keys(places)) {
      await press('g', key);
      await page.waitForURL((url) => url.pathname === places[key]);
    }
    await press('g', 'b');
    await heading('Runbooks');
    await page.getByRole('textbox', { name: 'Filter runbooks' }).fill('');
    await page.keyboard.type('g o ? /');
    await page.waitForURL((url) => url.searchParams.toString().includes('g+o'));
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByRole('heading', { level: 1 }).click();
    await press('/');
    await page.getByRole('dialog').getByPlaceholder(/Search pages/).waitFor();
    await press('Escape');
    await dialogGone();
  });

  chapter('Keyboard_Dialogs_GiveItBackToWhatOpenedThem', { timeout: 180_000 }, async () => {
    await page.goto('/runbooks');
    await page.getByRole('button', { name: 'New runbook' }).focus();
    await press('Enter');
    await page.getByRole('dialog', { name: 'New runbook' }).waitFor();
    await press('Escape');
    await dialogGone();
    await focused('New runbook');
    await page.getByRole('button', { name: /^Search/ }).focus();
    await press('Enter');
    await page.getByRole('dialog').getByPlaceholder(/Search pages/).waitFor();
    await press('Escape');
    await dialogGone();
    await focused('Search');
    const me = page.getByRole('banner').getByRole('button', { name: 'admin', exact: true });
    await me.focus();
    await press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await press('Escape');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor({ state: 'detached' });
    await focused('admin');
  });

  chapter('Choices_ColoursAndZone_AreKeptOverAReload', { timeout: 180_000 }, async () => {
    await page.goto('/');
    await heading('Overview');
    await page.getByRole('button', { name: 'Use the dark colours' }).click();
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    const clock = page.getByRole('banner').getByRole('button', { name: /\d\d:\d\d:\d\d/ });
    assert.match(await clock.innerText(), /Asia\/Tokyo/);
    const hour = Number((await clock.innerText()).slice(0, 2));
    await clock.click();
    await page.getByRole('banner').getByRole('button', { name: /UTC/ }).waitFor();
    const utc = Number((await page.getByRole('banner').getByRole('button', { name: /UTC/ }).innerText()).slice(0, 2));
    assert.ok([9, 8, 10].includes((hour - utc + 24) % 24), `${hour} h in Tokyo is not ${utc} h UTC`);
    await page.reload();
    await heading('Overview');
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await page.getByRole('banner').getByRole('button', { name: /UTC/ }).click();
    await page.getByRole('banner').getByRole('button', { name: /Tokyo/ }).waitFor();
    await page.getByRole('button', { name: 'Use the light colours' }).click();
    await page.locator('html[data-mantine-color-scheme=light]').waitFor();
  });

  chapter('Copy_AsCommand_PutsOnTheClipboardWhatTheCommandLineTakes', { timeout: 300_000 }, async () => {
    const cli = (words, context) => run('bash', ['-c', `runbooks() { "$RUNBOOKS_CLI" "$@"; }; ${words}`],
      { env: { ...process.env, RUNBOOKS_CLI: stack.program('Runbooks.Cli'), RUNBOOKS_CONTEXT: context, NO_COLOR: '1' } });
    const context = join(stack.folder, 'up/context.json');
    await page.goto('/sites/site-b');
    await page.getByRole('button', { name: 'Copy as command: runbooks site status site-b' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, 'runbooks site status site-b');
    const { stdout } = await cli(copied, context);
    assert.match(stdout, /site-b/);
    if (!short) await everyCommand(cli);
    await page.context().close();
  });

  /** Each command that any page offers is read by the command line: only then does it miss the control plane. */
  async function everyCommand(cli) {
    const offered = new Set();
    const places = ['/', '/workloads', '/workloads/protect', '/conflicts', '/sites', '/sites/site-a', '/sites?add', '/runbooks', '/runbooks/drill-isolated',
      '/runbooks/drill-isolated/versions', '/runs', '/runs/start?runbook=failover-unplanned&group=orders', '/drills', '/approvals', '/audit',
      ...['account', 'sessions', 'users', 'tokens', 'installation', 'control-plane', 'about'].map((each) => `/settings/${each}`),
      ...(await api.get('/workloads')).items.slice(0, 1).flatMap(({ id }) => ['overview', 'volumes', 'points', 'events', 'settings'].map((tab) => `/workloads/${id}?tab=${tab}`)),
      ...(await api.get('/run-table?limit=3')).items.map(({ id }) => `/runs/${id}`)];
    for (const place of places) {
      await page.goto(place);
      await page.getByText('live', { exact: true }).waitFor();
      await page.waitForFunction(() => !document.querySelector('main [role=status] [class*=Loader]'));
      for (const button of await page.getByRole('button', { name: /^Copy as command: runbooks / }).all()) {
        offered.add((await button.getAttribute('aria-label')).replace('Copy as command: ', ''));
      }
    }
    assert.ok(offered.size > 10, `only ${offered.size} commands are offered`);
    const wrong = [];
    for (const words of offered) {
      const answer = await cli(words, join(stack.folder, 'no-context.json')).catch((failed) => failed);
      const help = words.endsWith('--help') && answer.code === undefined;
      if (!help && !/No control plane is known|^\d+\.\d+/.test(`${answer.stderr}${answer.stdout}`)) wrong.push(`${words}: ${answer.stderr || answer.stdout}`);
    }
    assert.deepEqual(wrong, []);
    console.log(`# figure commands offered and taken: ${offered.size}`);
  }
}
