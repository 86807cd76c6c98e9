// One stack and one browser for every spec: starting them costs more than using them. Specs run in the order of their
// names; each registers its tests on what it is given: { test, stack, open, signedIn, page checks }.
import { after, before, test } from 'node:test';
import { readdir } from 'node:fs/promises';
import { Browser } from './support/browser.mjs';
import { Stack } from './support/stack.mjs';

const stack = new Stack(process.env.RUNBOOKS_ROOT);
const browser = new Browser(stack, process.env.RUNBOOKS_CHROMIUM);

before(async () => {
  await stack.start();
  await browser.start();
}, { timeout: 150_000 });
after(async () => {
  await browser.stop();
  await stack.stop();
}, { timeout: 40_000 });

const asked = process.env.RUNBOOKS_SPECS ?? '';
// The short form that CI runs leaves out the designer's bad luck and bad input, a few of its views, the look back at an
// ended run, what is done with recovery points and conflicts, and what needs another agent or control plane;
// `tests/Browser/run` plays every story and reads every page.
const long = [
  '12-enrol.mjs', '14-takeover.mjs', '15-agents.mjs', '20-draft.mjs', '20-hostile.mjs', '21-canvas.mjs', '31-points.mjs', '32-set-up.mjs',
  '33-conflict.mjs',
];
const short = process.env.CI === 'true' && asked === '';
const here = new URL('./specs/', import.meta.url);
for (const file of (await readdir(here)).filter((name) => name.endsWith('.mjs') && name.includes(asked)).sort()) {
  if (short && long.includes(file)) {
    test(file, { skip: 'long form: tests/Browser/run without CI=true, or with its name' }, () => {});
    continue;
  }
  const { default: spec } = await import(new URL(file, here));
  spec({ test, stack, browser, short });
}
