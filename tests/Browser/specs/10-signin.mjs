import assert from 'node:assert/strict';
import { Api } from '../support/api.mjs';
import { readQr } from '../support/qr.mjs';
import { codeOf, wrongCode } from '../support/totp.mjs';
import { story } from '../support/story.mjs';

const slow = 90_000;
const password = 'a long way home 41';

// Nothing in it touches a machine: it waits for an approval, then for ten minutes, until somebody aborts it.
const patience = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: patience, title: Patience, owner: dr }
spec:
  for: custom
  approvals: { real: { of: approver, count: 1, notRequester: true, expires: 30m }, drill: none }
  steps:
    - { id: wait, title: Wait, uses: delay, with: { for: 10m } }
`;

/**
 * Who may come in, what they see, and what happens when that changes under their hands. Attempts to sign in are counted:
 * an address has 20 a minute, and this story takes 12 of them.
 */
export default function signin({ test, stack, browser, short }) {
  const api = new Api(stack);
  let admin, vera, secret, codes;

  const atOverview = (page) => page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const giveCode = async (scope, code) => {
    await scope.getByRole('textbox', { name: /^Code/ }).fill(code);
    await scope.getByRole('button', { name: 'Sign in' }).click();
  };
  const givePassword = async (scope, given = password) => {
    await scope.getByText('By password').click();
    await scope.getByRole('textbox', { name: /^Name/ }).fill('vera');
    await scope.locator('input[type=password]').fill(given);
    await scope.getByRole('button', { name: 'Sign in' }).click();
  };
  const signOut = async (page, name) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/signin');
  };
  const endSessionsOf = async (user) => {
    for (const { id } of (await api.get(`/sessions?user=${user}`)).items) await api.call('DELETE', `/sessions/${id}`);
  };

  const next = story(test);
  const chapter = (name, tell) => next(name, { timeout: 180_000 }, tell);

  chapter('SignIn_ByLink_WorksOnce', async () => {
    const { path } = await api.post('/session/links');
    admin = await browser.open();
    await admin.goto(path);
    await atOverview(admin);
    const late = await browser.open();
    await late.goto(path);
    await late.getByText('It is unknown, used or older than 10 minutes.').waitFor();
    await late.getByRole('button', { name: 'Sign in another way' }).click();
    await late.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await late.context().close();
  });

  chapter('FirstPage_ContentPolicy_AllowsOnlyMarkedStylesAndNoInlineScript', async () => {
    const marks = await Promise.all([1, 2].map(async () => {
      const answer = await fetch(`${stack.address}/runs/anything`);
      const policy = Object.fromEntries(answer.headers.get('content-security-policy').split('; ').map((each) => [each.split(' ')[0], each.split(' ').slice(1)]));
      const mark = /name="csp-nonce" content="([^"]+)"/.exec(await answer.text())?.[1];
      assert.deepEqual(policy['script-src'], ["'self'"]);
      assert.deepEqual(policy['style-src'], ["'self'", `'nonce-${mark}'`]);
      assert.equal(Object.values(policy).flat().some((each) => each.startsWith("'unsafe-")), false);
      return mark;
    }));
    assert.notEqual(marks[0], marks[1], 'a mark that is used twice marks nothing');
  });

  chapter('User_AddedWithScopedRoles_ChoosesAPasswordAtFirstSignIn', async () => {
    if (!(await api.get('/groups')).items.some((each) => each.id === 'orders')) await api.post('/groups', { id: 'orders', title: null });
    await admin.goto('/settings/users');
    await admin.getByRole('textbox', { name: 'Name' }).fill('vera');
    await admin.getByRole('button', { name: 'Add a role' }).click();
    await admin.getByLabel('Role 2', { exact: true }).selectOption('operator');
    await admin.getByLabel('Reach of role 2').selectOption('group:orders');
    await admin.getByRole('button', { name: 'Add the user' }).click();
    await admin.getByRole('cell', { name: 'operator of orders, viewer' }).waitFor();
    await admin.getByRole('button', { name: 'New password for vera' }).click();
    const given = await admin.getByText('Shown once, to be changed').locator('code').innerText();
    await browser.screenshot(admin, 'settings-users-added');

    vera = await browser.open();
    await vera.goto('/signin');
    await givePassword(vera, given);
    await vera.getByRole('heading', { name: 'Choose your password' }).waitFor();
    await vera.getByLabel('Present password').fill(given);
    await vera.getByLabel(/^New password(?! again)/).fill(password);
    await vera.getByLabel('New password again').fill(password);
    await vera.getByRole('button', { name: 'Change the password' }).click();
    await atOverview(vera);
  });

  chapter('SecondFactor_Added_IsAskedForAndAWrongOrUsedCodeIsRefused', async () => {
    await vera.goto('/settings/account');
    await vera.getByRole('button', { name: 'Add an authenticator app' }).click();
    secret = (await vera.locator('code').innerText()).trim();
    const scanned = new URL(await readQr(browser, vera.getByRole('img', { name: 'QR code for the authenticator app' })));
    assert.deepEqual([scanned.protocol, scanned.searchParams.get('secret')], ['otpauth:', secret]);
    await vera.getByRole('textbox', { name: /^Code/ }).fill(codeOf(secret));
    if (short) await browser.screenshot(vera, 'settings-authenticator');
    else await browser.inBothSchemes(vera, 'settings-authenticator');
    await vera.getByRole('button', { name: 'Confirm' }).click();
    await vera.getByText('The app is confirmed.').waitFor();
    codes = (await vera.locator('pre').innerText()).trim().split('\n');
    assert.ok(codes.length >= 8, `${codes.length} recovery codes`);
    await vera.getByRole('button', { name: 'I have kept them' }).click();
    await vera.getByText(`${codes.length} recovery codes are left`).waitFor();

    await signOut(vera, 'vera');
    await givePassword(vera);
    await giveCode(vera, wrongCode(secret));
    await vera.getByText('The sign-in is refused.').waitFor();
    await browser.screenshot(vera, 'signin-wrong-code');
    // The code of the enrolment is used up; the next one is good already, as for a phone whose clock is ahead.
    await giveCode(vera, codeOf(secret, 1));
    await atOverview(vera);

    await signOut(vera, 'vera');
    assert.equal((await vera.context().cookies()).length, 0, 'signing out leaves no cookie');
    await givePassword(vera);
    await giveCode(vera, codes[0]);
    await atOverview(vera);
  });

  chapter('Session_EndedWhileARunIsAskedFor_AsksAgainAndLosesNothing', async () => {
    await api.publish('patience', patience);
    await vera.goto('/runs/start?runbook=patience&group=orders');
    const reason = vera.getByRole('textbox', { name: 'Reason' });
    await reason.fill('typed before the session ended');
    await vera.getByRole('textbox', { name: /Type the group/ }).fill('orders');
    const start = vera.getByRole('button', { name: 'Run patience on orders: ask for approval' });
    await endSessionsOf('vera');
    await start.click();
    // What the page asks for by itself meanwhile is refused as well, and takes nothing off it.
    if (!short) await vera.waitForResponse((answer) => answer.url().includes('/explain') && answer.status() === 401);
    const dialog = vera.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor({ timeout: slow });
    if (!short) await browser.inBothSchemes(vera, 'session-ended');
    await givePassword(dialog);
    // A recovery code works once.
    await giveCode(dialog, codes[0]);
    await dialog.getByText('The sign-in is refused.').waitFor();
    await giveCode(dialog, codes[1]);
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await reason.inputValue(), 'typed before the session ended');
    await start.click();
    await vera.waitForURL(/\/runs\/run_/);
    const id = vera.url().match(/run_[0-9a-f]+/)[0];
    assert.equal((await api.get(`/runs/${id}`)).reason, 'typed before the session ended');
    // Exactly one came of it: what was pressed while the session was over was not sent.
    const { items } = await api.get('/run-table?runbook=patience&state=open');
    assert.deepEqual(items.filter((each) => each.requestedBy === 'vera').map((each) => each.id), [id]);
    await api.post(`/runs/${id}/signals`, { signal: 'abort', reason: 'it was the form that mattered' });
  });

  chapter('Session_EndedOverTheSettings_KeepsWhatWasTypedThere', async () => {
    await admin.goto('/settings/installation');
    const environment = admin.getByRole('textbox', { name: 'Environment' });
    const before = await environment.inputValue();
    await environment.fill('Hall 7');
    await endSessionsOf('admin');
    await admin.getByRole('button', { name: 'Save' }).click();
    const dialog = admin.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor({ timeout: slow });
    await dialog.getByText('By token').click();
    await dialog.locator('input[type=password]').fill(stack.token);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await environment.inputValue(), 'Hall 7');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByRole('banner').getByText('Hall 7', { exact: true }).waitFor();
    const etag = (await fetch(`${stack.address}/api/v1/settings`, { headers: { Authorization: `Bearer ${stack.token}` } })).headers.get('etag');
    await api.call('PATCH', '/settings', { environment: before }, { 'If-Match': etag });
  });

  chapter('Roles_HideWhatTheServerRefuses', async () => {
    for (const [address, offer] of [['/sites', 'Add a site'], ['/runbooks', 'New runbook']]) {
      await admin.goto(address);
      await admin.getByRole('main').getByRole('button', { name: offer }).waitFor();
      await vera.goto(address);
      await vera.getByRole('main').getByRole('table').first().waitFor();
      assert.equal(await vera.getByRole('main').getByRole('button', { name: offer }).count(), 0, `${offer} is offered to somebody who may not`);
    }
    await vera.goto('/settings/users');
    await vera.getByRole('tab', { name: 'My account' }).waitFor();
    assert.equal(await vera.getByRole('tab', { name: 'Users and roles' }).count(), 0);
    const refused = await vera.evaluate(async () => {
      const { antiforgery } = await (await fetch('/api/v1/session')).json();
      const send = (path, body) => fetch(`/api/v1${path}`, {
        method: 'POST', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'X-Runbooks-Antiforgery': antiforgery, 'Idempotency-Key': crypto.randomUUID() },
      }).then(async (answer) => `${answer.status} ${(await answer.json()).code}`);
      return Promise.all([
        send('/sites', { id: 'site-x', title: null, location: null, labels: null }),
        send('/users', { name: 'mallory', display: null, roles: [{ role: 'admin', site: null, group: null }] }),
        fetch('/api/v1/users').then(async (answer) => `${answer.status} ${(await answer.json()).code}`),
      ]);
    });
    assert.deepEqual(refused, ['403 RB-API-004', '403 RB-API-004', '403 RB-API-004']);
  });

  chapter('Roles_ChangedWhileSignedIn_ChangeWhatThePageOffers', async () => {
    await vera.goto('/runbooks');
    await vera.getByRole('main').getByRole('table').first().waitFor();
    await admin.goto('/settings/users');
    const change = async (role, says) => {
      await admin.getByRole('button', { name: 'Roles of vera' }).click();
      const dialog = admin.getByRole('dialog', { name: 'Roles of vera' });
      await dialog.getByLabel('Role 1', { exact: true }).selectOption(role);
      await dialog.getByLabel('Reach of role 1').selectOption('');
      await dialog.getByRole('button', { name: 'Change the roles' }).click();
      await dialog.waitFor({ state: 'detached' });
      await admin.getByRole('cell', { name: says, exact: true }).waitFor();
    };
    await change('author', 'author, viewer');
    await vera.getByRole('button', { name: 'New runbook' }).click({ timeout: slow });
    await vera.getByRole('textbox', { name: 'Name' }).fill('too-late');
    await change('approver', 'approver, viewer');
    await vera.getByRole('button', { name: 'New runbook' }).waitFor({ state: 'detached', timeout: slow });
    assert.equal((await api.get('/runbooks')).items.some((each) => each.name === 'too-late'), false);
  });

  chapter('Token_MadeWithAnEnd_IsShownOnceAndRevoked', async () => {
    await admin.goto('/settings/tokens');
    await admin.getByRole('textbox', { name: 'New token for' }).fill('nightly');
    await admin.getByLabel('Good for').fill('7 days');
    await admin.getByRole('button', { name: 'Make a token' }).click();
    const token = (await admin.getByText('Shown once').locator('..').locator('code').innerText()).trim();
    await browser.screenshot(admin, 'settings-token-made');
    const status = async () => (await fetch(`${stack.address}/api/v1/overview`, { headers: { Authorization: `Bearer ${token}` } })).status;
    assert.equal(await status(), 200);
    const { expiresAt } = (await api.get('/tokens')).items.find((each) => each.name === 'nightly');
    assert.equal(Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000), 7);
    await admin.reload();
    await admin.getByRole('button', { name: 'Revoke nightly' }).click();
    assert.equal(await admin.getByText(token).count(), 0, 'a token is shown once');
    await admin.getByRole('row', { name: /nightly/ }).getByText('revoked').waitFor();
    assert.equal(await status(), 401);
    // Lost authenticator and a door that is shut: what an administrator does for and to somebody.
    await admin.goto('/settings/users');
    await admin.getByRole('button', { name: 'Remove the authenticator of vera' }).click();
    await admin.getByRole('button', { name: 'Remove the authenticator of vera' }).waitFor({ state: 'detached' });
    await admin.getByRole('button', { name: 'Disable vera' }).click();
    await vera.getByRole('dialog', { name: 'Your session has ended' }).waitFor({ timeout: slow });
    await vera.context().close();
    await admin.context().close();
  });
}
