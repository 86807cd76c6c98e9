import assert from 'node:assert/strict';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** One chromium; each person is a context of its own. Violations of the content policy and page errors are collected. */
export class Browser {
  violations = [];

  constructor(stack, executablePath) {
    this.stack = stack;
    this.executablePath = executablePath;
  }

  async start() {
    this.chromium = await chromium.launch({ executablePath: this.executablePath, args: flags });
  }

  async stop() {
    await this.chromium?.close();
  }

  /** A fresh person at a fresh page; `more` is what else their browser is like. */
  async open(scheme = 'light', more = {}) {
    const context = await this.chromium.newContext({
      viewport: { width: 1440, height: 900 }, colorScheme: scheme, baseURL: this.stack.address, ...more,
    });
    context.setDefaultTimeout(60_000);
    await context.exposeBinding('runbooksViolation', (_, text) => void this.violations.push(text));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.runbooksViolation(`${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && /content security policy/i.test(message.text())) this.violations.push(message.text());
    });
    page.on('pageerror', (error) => this.violations.push(`page error: ${error.message}`));
    return page;
  }

  async signedIn(scheme, token = this.stack.token) {
    const page = await this.open(scheme);
    await page.goto('/signin');
    await page.locator('input[type=password]').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    return page;
  }

  /** Another person at a page of their own, by the link that the owner of a token can make. */
  async signedInAs(person, scheme) {
    const answer = await fetch(`${this.stack.address}/api/v1/session/links`, {
      method: 'POST', headers: { Authorization: `Bearer ${person.token}`, 'Content-Type': 'application/json' }, body: '{}',
    });
    const page = await this.open(scheme);
    await page.goto((await answer.json()).path);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    return page;
  }

  /** What is shown in both colour schemes, as a picture and for axe; the page stays where it is. */
  async inBothSchemes(page, name) {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await this.screenshot(page, `${name}-${colorScheme}`);
      await this.accessible(page, `${name} in ${colorScheme}`);
    }
  }

  screenshot(page, name) {
    return page.screenshot({ path: join(this.stack.root, 'artifacts/browser', `${name}.png`), fullPage: true });
  }

  /** Nothing that keeps somebody from using the page. */
  async accessible(page, name) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const grave = violations.filter((each) => ['serious', 'critical'].includes(each.impact));
    assert.deepEqual(
      grave.map((each) => `${each.id} (${each.impact}): ${each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`),
      [], `axe on ${name}`,
    );
  }
}
