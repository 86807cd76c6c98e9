import assert from 'node:assert/strict';
import { Api } from '../support/api.mjs';

const slow = 120_000;

/** What a person does to be able to get back to an earlier state: points taken, kept, rehearsed and dropped. */
export default function points({ test, stack, browser }) {
  const api = new Api(stack);

  test('Point_TakenAtTheConsole_IsKeptReleasedRehearsedAndDropped', { timeout: 300_000 }, async () => {
    await api.orders();
    const before = (await api.all('/recovery-points?workload=db-1')).map((each) => each.id);
    const page = await browser.signedIn();
    await page.goto('/workloads/db-1?tab=points');
    const take = page.getByRole('form', { name: 'Take a recovery point' });
    await take.getByRole('textbox', { name: /Take one now/ }).fill('before the upgrade');
    await take.getByRole('button', { name: 'Take a point now' }).click();
    await take.getByRole('status').waitFor();
    const isNew = (each) => each.reason === 'requested' && !before.includes(each.id);
    const made = (await api.until('/recovery-points?workload=db-1', ({ items }) => items.some(isNew))).items.find(isNew);
    // The page hears of it by itself.
    await page.getByRole('link', { name: made.id }).click({ timeout: slow });
    await page.getByRole('group', { name: 'Recovery points by time' }).getByRole('button', { pressed: true }).waitFor();
    const detail = page.getByRole('region', { name: 'Recovery point', exact: true });
    await detail.getByRole('textbox', { name: 'Why it is kept' }).fill('the auditor wants it');
    await detail.getByRole('button', { name: 'Keep it for good' }).click();
    await detail.getByText('the auditor wants it').waitFor();
    assert.equal(await detail.getByRole('button', { name: 'Drop it…' }).count(), 0, 'a kept point is released first');
    await browser.inBothSchemes(page, 'point-kept');
    await detail.getByRole('textbox', { name: 'Why it need not be kept any more' }).fill('the auditor has it');
    await detail.getByRole('button', { name: 'Let it go with its age' }).click();
    await detail.getByRole('button', { name: 'Drop it…' }).waitFor();

    await detail.getByRole('link', { name: 'Drill from here…' }).click();
    await page.locator('[data-band=test]').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('in.point'), made.id);
    await page.getByText('Exposure now').waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('from the point');
    await page.getByRole('button', { name: 'Start the drill of orders' }).click();
    await page.waitForURL(/\/runs\/run_/);
    const drill = new URL(page.url()).pathname.split('/').at(-1);
    await page.getByRole('heading', { level: 1 }).locator('..').getByText('Succeeded', { exact: true }).waitFor({ timeout: slow });
    assert.equal((await api.get(`/runs/${drill}`)).inputs.point, made.id);
    // A point that was chosen outlives the drill; one that a drill made for itself does not.
    const left = (await api.all('/recovery-points?workload=db-1')).filter((each) => each.id === made.id || each.reason === 'drill');
    assert.deepEqual(left.map((each) => each.id), [made.id]);

    await page.goto(`/workloads/db-1?tab=points&point=${made.id}`);
    await detail.getByRole('button', { name: 'Drop it…' }).click();
    const drop = page.getByRole('form', { name: 'Drop the recovery point' });
    await drop.getByRole('textbox').fill('the upgrade is done');
    await browser.inBothSchemes(page, 'point-drop');
    await drop.getByRole('button', { name: 'Drop it for good' }).click();
    await page.getByText('This recovery point is not there any more').waitFor({ timeout: slow });
    assert.equal((await api.all('/recovery-points?workload=db-1')).some((each) => each.id === made.id), false);
    await page.context().close();
  });
}
