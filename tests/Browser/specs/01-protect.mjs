import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** A person's first quarter of an hour: signs in, sees what to do, and has a protected workload. */
export default function protect({ test, stack, browser }) {
  test('SignIn_WrongToken_SaysWhyAndStays', async () => {
    const page = await browser.open();
    await page.goto('/workloads?group=orders');
    await page.waitForURL(/\/signin\?next=/);
    await page.locator('input[type=password]').fill('rbt_nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await browser.accessible(page, 'the sign-in page');
    await browser.screenshot(page, 'signin-refused');
    await page.locator('input[type=password]').fill(stack.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/workloads?group=orders');
    await page.context().close();
  });

  test('Overview_NothingProtected_LeadsToTheFirstProtection', async () => {
    const page = await browser.signedIn();
    await page.getByText('2 of 2 sites answer').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await browser.screenshot(page, 'overview-empty');
    await page.getByRole('link', { name: 'Protect a workload' }).click();
    await page.getByRole('heading', { level: 1, name: 'Protect a workload' }).waitFor();
    await page.context().close();
  });

  test('Protect_AdoptedImage_BecomesInSync', { timeout: 150_000 }, async () => {
    const page = await browser.signedIn();
    await page.goto('/workloads/protect');
    await page.getByLabel('Site', { exact: true }).selectOption('site-a');
    await page.getByText('No image is adopted at site-a').waitFor();
    await stack.adopt('site-a', `vol_${randomUUID().replaceAll('-', '')}`);
    await page.getByRole('checkbox').first().check();
    await page.getByLabel('Workload', { exact: true }).fill('db-1');
    await page.getByLabel('Title', { exact: true }).fill('Orders database');
    await page.getByLabel('Group', { exact: true }).fill('orders');
    await browser.screenshot(page, 'protect-machine');
    await page.getByRole('button', { name: 'Describe the machine' }).click();
    await page.getByRole('checkbox', { name: /site-b/ }).check();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    // The target was looked at before anything begins: space, clock, certificate.
    const checks = page.getByRole('table', { name: 'Checks' });
    for (const seen of [/Site site-b reported/, /free for 16 MiB/, /clock/i, /certificate/i]) await checks.getByText(seen).first().waitFor();
    const begin = page.getByRole('button', { name: 'Protect db-1 now' });
    await begin.waitFor();
    assert.equal(await begin.isDisabled(), true, 'a real run asks for the group’s name');
    await page.getByLabel(/Type the group/).fill('orders');
    await browser.screenshot(page, 'protect-agreement');
    await begin.click();
    await page.getByText('0 — proven').first().waitFor({ timeout: 120_000 });
    await page.getByText('In sync').first().waitFor();
    await browser.screenshot(page, 'protect-in-sync');
    await page.context().close();
  });
}
