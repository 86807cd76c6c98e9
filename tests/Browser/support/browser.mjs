import assert from 'node:assert/strict';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const flags = [
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

  /** A fresh person at a fresh page. */
  async open(scheme = 'light') {
    const context = await this.chromium.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: scheme, baseURL: this.stack.address });
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
