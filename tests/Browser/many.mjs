// How the tables bear a grown installation: a stack of its own with 10,000 runs and 1,000 workloads, looked at in a real
// browser, and under a storm of events. Prints figures; fails only when something is not shown at all. Not part of the
// tests: CONTRIBUTING says when.
import { Browser } from './support/browser.mjs';
import { Stack } from './support/stack.mjs';

const stack = new Stack(process.env.RUNBOOKS_ROOT);
const browser = new Browser(stack, process.env.RUNBOOKS_CHROMIUM);
const stormSeconds = 10;
const stormRate = 300;
const note = (what, value) => console.log(`${what.padEnd(60)} ${value}`);

try {
  await stack.start();
  await stack.sql('many.sql');
  await browser.start();
  const page = await browser.signedIn();
  await overview(page);
  await trial(page, '/runs', 'runs', '10,000', 'power work in hall 2 4998', 'asked for');
  await trial(page, '/workloads', 'workloads', '1,000', 'app-17-0616', 'group');
  await audit(page);
  for (const [address, shown] of [['/', 'Overview'], ['/runs', 'Runs'], ['/workloads', 'Workloads']]) await storm(page, address, shown);
} finally {
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
  note(`${name}: then read`, await page.locator('main [role=status]').first().textContent());
  note(`${name}: memory of the page at the end`, await memory(page));
  note(`${name}: rows drawn of ${count}`, String(await table.locator('tbody tr[aria-rowindex]').count()));
  await page.evaluate(() => window.scrollTo(0, 0));
  const found = table.getByText(search).first();
  note(`${name}: one found by a word`, await since(() => page.getByRole('textbox', { name: `Filter ${name}` }).fill(search), found));
  note(`${name}: the filter stands in the address`, new URL(page.url()).searchParams.get('q') ?? 'no');
  await page.getByRole('textbox', { name: `Filter ${name}` }).fill('');
  await first.waitFor();
  if (column === null) return;
  const sorted = page.locator('th[aria-sort=ascending]', { hasText: column });
  note(`${name}: sorted by another column`, await since(() => page.getByRole('button', { name: column, exact: true }).click(), sorted));
}

/** The page everybody opens first, with 40 groups. */
async function overview(page) {
  const first = page.getByRole('table', { name: 'groups' }).locator('tbody tr').first();
  await page.goto('/runbooks');
  await page.getByRole('heading', { level: 1, name: 'Runbooks' }).waitFor();
  note('overview: first group after the click', await since(() => page.locator('nav a[href="/"]').click(), first));
  note('overview: groups', await page.getByRole('heading', { name: /^All groups/ }).textContent());
  note('overview: memory of the page', await memory(page));
}

async function audit(page) {
  const first = page.getByRole('table', { name: 'Audit records' }).locator('tbody tr').first();
  note('audit: first record after the click', await since(() => page.locator('nav a[href="/audit"]').click(), first));
  const found = page.getByRole('button', { name: 'Show all' });
  note('audit: searched by a word', await since(() => page.getByRole('textbox', { name: 'Search' }).fill('site'), found));
}

/** Hundreds of events a second, each of which makes the page's list old: what it reads again, and how it draws meanwhile. */
async function storm(page, address, shown) {
  await page.locator(`nav a[href="${address}"]`).click();
  await page.getByRole('heading', { level: 1, name: shown, exact: true }).waitFor();
  const asked = { begun: 0, ended: 0, broken: 0 };
  const api = (request) => request.url().includes('/api/v1/') && !request.url().includes('/events');
  const watch = { request: (each) => { asked.begun += Number(api(each)); }, requestfinished: (each) => { asked.ended += Number(api(each)); }, requestfailed: (each) => { asked.broken += Number(api(each)); } };
  for (const [name, told] of Object.entries(watch)) page.on(name, told);
  const frames = framesOf(page, stormSeconds * 1000);
  for (let second = 0; second < stormSeconds; second++) {
    const began = Date.now();
    await stack.sql('many-events.sql', { count: stormRate });
    await new Promise((next) => setTimeout(next, Math.max(0, 1000 - (Date.now() - began))));
  }
  note(`storm of ${stormRate} events/s on ${shown}: ms a frame`, quantiles(await frames));
  for (const [name, told] of Object.entries(watch)) page.off(name, told);
  note(`storm of ${stormRate} events/s on ${shown}: reads in ${stormSeconds} s`, `${asked.begun} begun, ${asked.ended} answered, ${asked.broken} broken off`);
  note(`storm of ${stormRate} events/s on ${shown}: stream`, await page.locator('header').getByText(/^(live|stale)/i).first().textContent());
}

async function memory(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return `${(usedSize / 2 ** 20).toFixed(0)} MiB`;
}

function framesOf(page, ms) {
  return page.evaluate((longest) => new Promise((done) => {
    const times = [];
    const began = performance.now();
    let before = began;
    const step = (now) => {
      times.push(now - before);
      before = now;
      if (now - began > longest) done(times.slice(1));
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }), ms);
}

function quantiles(frames) {
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)} (${frames.length} frames)`;
}

async function since(act, seen) {
  const began = performance.now();
  await act();
  await seen.waitFor();
  return `${Math.round(performance.now() - began)} ms`;
}

/** A page down each frame until the end stays the end, for a minute at most; the time of each frame as the browser had it. */
async function scrolled(page) {
  const frames = await page.evaluate(() => new Promise((done) => {
    const times = [];
    const began = performance.now();
    let before = began;
    let still = 0;
    const step = (now) => {
      times.push(now - before);
      before = now;
      const bottom = window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
      still = bottom ? still + 1 : 0;
      if (still > 60 || now - began > 60_000) done(times.slice(1));
      else {
        window.scrollBy(0, 400);
        requestAnimationFrame(step);
      }
    };
    requestAnimationFrame(step);
  }));
  return quantiles(frames);
}
