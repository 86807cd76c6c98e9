import assert from 'node:assert/strict';

/** Every page, in both colour schemes: readable by everybody, within the content policy, and there to look at. */
const pages = [
  ['overview', '/', 'Overview'],
  ['workloads', '/workloads', 'Workloads'],
  ['workload', '/workloads/db-1', 'db-1'],
  ['workload-volumes', '/workloads/db-1?tab=volumes', 'db-1'],
  ['workload-points', '/workloads/db-1?tab=points', 'db-1'],
  ['workload-events', '/workloads/db-1?tab=events', 'db-1'],
  ['workload-settings', '/workloads/db-1?tab=settings', 'db-1'],
  ['protect', '/workloads/protect', 'Protect a workload'],
  ['conflicts', '/conflicts', 'Conflicts'],
  ['sites', '/sites', 'Sites'],
  ['site', '/sites/site-a', 'site-a'],
  ['settings-account', '/settings/account', 'Settings'],
  ['settings-sessions', '/settings/sessions', 'Settings'],
  ['settings-users', '/settings/users', 'Settings'],
  ['settings-tokens', '/settings/tokens', 'Settings'],
  ['settings-installation', '/settings/installation', 'Settings'],
  ['settings-control-plane', '/settings/control-plane', 'Settings'],
  ['settings-about', '/settings/about', 'Settings'],
  ['runbooks', '/runbooks', 'Runbooks'],
  ['runbook-new', '/runbooks?new', 'Runbooks'],
  ['designer', '/runbooks/three-tier', null],
  ['designer-outline', '/runbooks/three-tier?view=outline', null],
  ['designer-yaml', '/runbooks/three-tier?pane=yaml', null],
  ['designer-explain', '/runbooks/three-tier?open=explain', null],
  ['designer-publish', '/runbooks/three-tier?open=publish', null],
  ['versions', '/runbooks/three-tier/versions', 'Versions of three-tier'],
  ['versions-text', '/runbooks/three-tier/versions?view=text', 'Versions of three-tier'],
  ['runs', '/runs', 'Runs'],
  ['drills', '/drills', 'Drills'],
  ['approvals', '/approvals', 'Approvals'],
  ['audit', '/audit', 'Audit'],
];

/** Views of pages that are read anyway: the long form's. */
const views = ['settings-about', 'designer-outline', 'designer-yaml', 'designer-explain', 'designer-publish', 'versions-text'];

export default function everyPage({ test, browser, short }) {
  test('Pages_InBothSchemes', { timeout: 600_000 }, async (parent) => {
    const page = await browser.signedIn();
    for (const [name, address, heading] of pages) {
      const skip = short && views.includes(name) ? 'long form: tests/Browser/run without CI=true' : false;
      await parent.test(`${name}_HasNoGraveFault`, { skip }, async () => {
        await page.goto(address);
        await (heading ? page.getByRole('heading', { level: 1, name: heading }) : page.locator('main')).first().waitFor();
        await page.getByText('live', { exact: true }).waitFor();
        await page.waitForFunction(() => !document.querySelector('main [role=status] [class*=Loader]'));
        await browser.inBothSchemes(page, name);
      });
    }
    await page.context().close();
  });

  test('ContentPolicy_EveryPage_IsNotViolated', () => assert.deepEqual(browser.violations, []));
}
