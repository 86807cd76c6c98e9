// How the tables bear a grown installation: a stack of its own with 10,000 runs and 1,000 workloads, looked at in a real
// browser. Prints figures; fails only when something is not shown at all. Not part of the tests: CONTRIBUTING says when.
import { Browser } from './support/browser.mjs';
import { Stack } from './support/stack.mjs';

const stack = new Stack(process.env.RUNBOOKS_ROOT);
const browser = new Browser(stack, process.env.RUNBOOKS_CHROMIUM);
const figures = [];
const note = (what, value) => figures.push([what, value]);

try {
  await stack.start();
  await stack.sql('many.sql');
  await browser.start();
  const page = await browser.signedIn();
  await trial(page, '/runs', 'runs', '10,000', 'power work in hall 2 4998', 'asked for');
  await trial(page, '/workloads', 'workloads', '1,000', 'app-17-0616', null);
} finally {
  for (const [what, value] of figures) console.log(`${what.padEnd(44)} ${value}`);
  await browser.stop();
  await stack.stop();
}

/** One table: from the address to the first row, scrolled to its end, searched to one row, sorted. */
async function trial(page, address, name, count, search, column) {
  const table = page.getByRole('table', { name });
  const first = table.locator('tbody tr[aria-rowindex="2"]');
  // The page's code is there already: what is measured is the list.
  await page.goto(address);
  await first.waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  note(`${name}: first row after the click`, await since(() => page.locator(`nav a[href="${address}"]`).click(), first));
  note(`${name}: read of ${count} at first`, await page.locator('main [role=status]').first().textContent());

  note(`${name}: scrolled to the end, ms a frame`, await scrolled(page));
  note(`${name}: rows drawn of ${count}`, String(await table.locator('tbody tr[aria-rowindex]').count()));
  await page.evaluate(() => window.scrollTo(0, 0));
  const found = table.getByText(search).first();
  note(`${name}: one found by a word`, await since(() => page.getByRole('textbox', { name: `Filter ${name}` }).fill(search), found));
  await page.getByRole('textbox', { name: `Filter ${name}` }).fill('');
  await first.waitFor();
  if (column === null) return;
  const sorted = page.locator('th[aria-sort=ascending]', { hasText: column });
  note(`${name}: sorted by another column`, await since(() => page.getByRole('button', { name: column, exact: true }).click(), sorted));
}

async function since(act, seen) {
  const began = performance.now();
  await act();
  await seen.waitFor();
  return `${Math.round(performance.now() - began)} ms`;
}

/** A page down each frame until the end stays the end; the time of each frame as the browser had it. */
async function scrolled(page) {
  const frames = await page.evaluate(() => new Promise((done) => {
    const times = [];
    let before = performance.now();
    let still = 0;
    const step = (now) => {
      times.push(now - before);
      before = now;
      const bottom = window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
      still = bottom ? still + 1 : 0;
      if (still > 60 || times.length > 3000) done(times.slice(1));
      else {
        window.scrollBy(0, 400);
        requestAnimationFrame(step);
      }
    };
    requestAnimationFrame(step);
  }));
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)} (${frames.length} frames)`;
}
