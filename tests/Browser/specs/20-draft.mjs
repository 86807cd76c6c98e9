import assert from 'node:assert/strict';
import { call, draftOf, person, saveDraft, until } from '../support/api.mjs';

const mark = process.env.RUNBOOKS_MARK ?? '';
const document = (name, more = '') => `# Kept by hand: every word of this line survives.
apiVersion: runbooks/v1
kind: Runbook
metadata: { name: ${name}, title: Shared work }
spec:
  for: custom
  steps:
    # The first breath.
    - id: first
      uses: delay
      with: { for: 1s }
    - id: second
      uses: delay
      with: { for: 2s } # two
${more}`;

/** A draft under bad luck: somebody else, a cut line, a refusal, an archive. Nothing that was typed is lost. */
export default function draft({ test, stack, browser }) {
  test('Draft_TwoPeopleEdit_SecondSeesTheDifferenceAndMerges', { timeout: 180_000 }, async () => {
    const name = `shared${mark}`;
    await saveDraft(stack, name, document(name));
    const token = await person(stack, `nora${mark}`, 'author');
    const [mine, theirs] = await Promise.all([browser.signedIn(), browser.signedIn('light', token)]);
    await Promise.all([mine, theirs].map((page) => open(page, name)));

    // Both type before either has heard of the other: one save is held back until the other one stands.
    const held = await hold(mine, name);
    await field(mine, 'second', 'for', '20s');
    await field(mine, 'first', 'title', 'Mine alone');
    await field(theirs, 'second', 'for', '5s');
    await field(theirs, 'first', 'delay', '3s');
    await until(async () => /delay: 3s[\s\S]*for: 5s/.test(await draftOf(stack, name)), 'their work is saved');
    await theirs.locator('[data-save=saved]').waitFor();
    await held.release();

    const dialog = mine.getByRole('dialog', { name: /changed this runbook while you were working on it/ });
    await dialog.waitFor();
    await dialog.getByText('first.delay').waitFor();
    await dialog.getByText('second.with').waitFor();
    await browser.screenshot(mine, 'designer-conflict');
    await browser.accessible(mine, 'the conflict dialog');
    await dialog.getByRole('button', { name: 'Merge as chosen' }).click();
    await dialog.waitFor({ state: 'detached' });
    await mine.locator('[data-save=saved]').waitFor();
    const merged = await draftOf(stack, name);
    assert.match(merged, /every word of this line survives/);
    assert.match(merged, /# The first breath\./);
    assert.match(merged, /title: Mine alone/, 'my own work');
    assert.match(merged, /delay: 3s/, 'their work');
    assert.match(merged, /for: 20s \} # two/, 'what both changed is as the person chose: mine');
    await theirs.getByText(/Mine alone/).first().waitFor();
    await Promise.all([mine, theirs].map((page) => page.context().close()));
  });

  test('Draft_LineCutAndServerFailsAndSessionEnds_TextIsKeptAndSavedLater', { timeout: 180_000 }, async () => {
    const name = `unlucky${mark}`;
    await saveDraft(stack, name, document(name));
    const page = await browser.signedIn();
    await open(page, name);
    const answers = ['cut', 500];
    await page.route(drafts(name), (route) => {
      const next = route.request().method() === 'PUT' ? answers.shift() : undefined;
      if (next === undefined) return route.continue();
      return next === 'cut' ? route.abort('connectionreset') : route.fulfill({ status: next, contentType: 'text/plain', body: 'no' });
    });
    await field(page, 'first', 'title', 'Typed on a bad line');
    await page.getByText('The draft could not be saved yet. It is kept in this tab and tried again by itself.').waitFor();
    await browser.screenshot(page, 'designer-line-cut');
    await page.locator('[data-save=saved]').waitFor({ timeout: 60_000 });
    assert.match(await draftOf(stack, name), /title: Typed on a bad line/);

    // The session ends in the middle: asked to sign in again, and the text goes out after it.
    await page.context().clearCookies();
    await field(page, 'first', 'title', 'Typed without a session');
    const again = page.getByRole('dialog');
    await again.waitFor({ timeout: 60_000 });
    await browser.screenshot(page, 'designer-session-over');
    await again.locator('input[type=password]').fill(stack.token);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await until(async () => (await draftOf(stack, name)).includes('Typed without a session'), 'the text is saved after the sign-in');
    await page.context().close();
  });

  test('Draft_LeftUnsaved_WarnsAndIsThereAgain', { timeout: 120_000 }, async () => {
    const name = `left${mark}`;
    await saveDraft(stack, name, document(name));
    const page = await browser.signedIn();
    await open(page, name);
    const held = await hold(page, name);
    await field(page, 'first', 'title', 'Not saved anywhere else');
    await page.locator('[data-save=saving], [data-save=waiting]').waitFor();
    const asked = [];
    page.on('dialog', (dialog) => { asked.push(dialog.message()); return asked.length === 1 ? dialog.dismiss() : dialog.accept(); });
    await page.getByRole('link', { name: 'Sites' }).click();
    await until(() => asked.length === 1, 'it asks before it leaves');
    assert.match(asked[0], /not saved yet/);
    assert.match(page.url(), new RegExp(`/runbooks/${name}(\\?|$)`), 'it stayed');
    await page.getByRole('link', { name: 'Sites' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sites' }).waitFor();
    await held.drop();
    await open(page, name);
    await page.getByText('Not saved anywhere else').first().waitFor();
    await page.locator('[data-save=saved]').waitFor({ timeout: 60_000 });
    assert.match(await draftOf(stack, name), /title: Not saved anywhere else/);
    await page.context().close();
  });

  test('Draft_ArchivedWhileOpen_TextStaysAndCanBeMadeAgain', { timeout: 120_000 }, async () => {
    const name = `gone${mark}`;
    await saveDraft(stack, name, document(name));
    const page = await browser.signedIn();
    await open(page, name);
    await call(stack, 'DELETE', `/runbooks/${name}`);
    await page.getByText('Somebody archived this runbook while it was open. Your text is still here.').waitFor();
    await field(page, 'first', 'title', 'Typed after the end');
    await browser.screenshot(page, 'designer-archived');
    await page.getByRole('button', { name: 'Make it again from this text' }).click();
    await until(async () => /title: Typed after the end/.test(await draftOf(stack, name).catch(() => '')), 'it is there again');
    await page.context().close();
  });
}

async function open(page, name) {
  await page.goto(`/runbooks/${name}`);
  await page.locator('[data-node="first"]').waitFor();
}

async function field(page, step, name, value) {
  await page.locator(`[data-node="${step}"]`).click();
  const box = page.getByRole('region', { name: 'Properties' }).getByRole('combobox', { name, exact: true });
  await box.fill(value);
  await box.press('Tab');
}

const drafts = (name) => new RegExp(`/api/v1/runbooks/${name}(\\?|$)`);

/** Holds the saves of a page back: `release` sends them on their way, `drop` cuts the line under them. */
async function hold(page, name) {
  let open;
  const decided = new Promise((decide) => { open = decide; });
  const pattern = drafts(name);
  await page.route(pattern, async (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    return (await decided) === 'release' ? route.continue() : route.abort('connectionreset');
  });
  const end = (how) => async () => {
    open(how);
    await page.unrouteAll({ behavior: 'wait' });
  };
  return { release: end('release'), drop: end('drop') };
}
