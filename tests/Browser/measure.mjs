// The console's times; what is measured and how to call it stands at the top of `measure`.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Api, until } from './support/api.mjs';
import { flags } from './support/browser.mjs';
import { Desk } from './support/measure-desk.mjs';
import { grownRunbook, quickRunbook } from './support/measure-runbook.mjs';
import { categories, frameMs, median, profiling, quantile, share, Trace, workersBusy } from './support/measure-trace.mjs';
import { Stack } from './support/stack.mjs';

const { values: asked } = parseArgs({ options: { only: { type: 'string', default: 'cold,layout,edit' }, repeat: { type: 'string', default: '5' }, profile: { type: 'boolean', default: false } } });
const wanted = new Set(asked.only.split(','));
const repeat = Number(asked.repeat);
const root = process.env.RUNBOOKS_ROOT;
const out = join(root, 'artifacts/measure');
const size = { width: 1440, height: 900 };
const stack = new Stack(root);

try {
  await stack.start();
  await mkdir(out, { recursive: true });
  const api = new Api(stack);
  await api.call('PUT', '/runbooks/grown', { document: grownRunbook('grown', 200) }, { 'If-None-Match': '*' });
  if (wanted.has('cold')) await cold(api);
  if (wanted.has('layout')) await layout();
  if (wanted.has('edit')) await edits();
} finally {
  await stack.stop();
}

/** A person who was here before, on a machine that was not: signed in, and nothing of the console is cached. */
async function newcomer(use, scripts = []) {
  const profile = await mkdtemp(join(tmpdir(), 'runbooks-measure-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.RUNBOOKS_CHROMIUM, args: flags, viewport: size, baseURL: stack.address });
  try {
    context.setDefaultTimeout(60_000);
    await context.request.post('/api/v1/session', { data: { token: stack.token } });
    for (const script of scripts) await context.addInitScript(script);
    return await use(context.pages()[0] ?? await context.newPage(), context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function cold(api) {
  await api.publish('shown', quickRunbook('shown', 12));
  await api.post('/groups', { id: 'shown', title: null });
  const run = await api.post('/runs', { runbook: 'shown', group: 'shown', reason: 'a run to look at', inputs: {} });
  await until(async () => (await api.get(`/runs/${run.id}`)).endedAt, 'the run has ended');
  for (const [what, address] of [['run page', `/runs/${run.id}`], ['designer, 12 steps', '/runbooks/shown'], ['designer, 200 steps', '/runbooks/grown']]) {
    const times = [];
    for (let i = 0; i < repeat; i++) times.push(await newcomer(async (page) => {
      await page.goto(address, { waitUntil: 'commit' });
      return page.waitForFunction(() => window.firstStepAt).then((found) => found.jsonValue());
    }, [firstStep]));
    say(`cold, first step painted: ${what}`, `${ms(times)}   goal 2000 ms`);
  }
}

/** Notes when a step of the graph first stood within the window, after the frame that painted it. */
function firstStep() {
  const look = () => {
    const node = document.querySelector('.react-flow__node [data-node]');
    const box = node?.getBoundingClientRect();
    const shown = box && box.width > 0 && box.top < window.innerHeight && getComputedStyle(node).visibility === 'visible';
    if (!shown) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => { window.firstStepAt = performance.now(); }));
  };
  requestAnimationFrame(look);
}

async function layout() {
  const opened = [];
  const alone = [];
  const busy = [];
  for (let i = 0; i < repeat; i++) {
    const path = join(out, `layout-${i + 1}.trace.json`);
    await newcomer(async (page, context) => {
      // The code is there; what is measured is the runbook.
      await page.goto('/runbooks');
      await page.getByRole('link', { name: 'A runbook of 200 steps' }).or(page.locator('a[href="/runbooks/grown"]')).first().waitFor();
      await context.browser().startTracing(page, { path, categories });
      const began = performance.now();
      await page.locator('a[href="/runbooks/grown"]').first().click();
      await page.locator('[data-settled] [data-node]').first().waitFor();
      opened.push(performance.now() - began);
      alone.push(await page.evaluate(() => performance.getEntriesByName('graph layout')[0].duration));
      await context.browser().stopTracing();
      busy.push(await workersBusy(path));
    });
  }
  say('200 steps: from the click in the list to nodes placed', `${ms(opened)}   (the designer's code is loaded on the way)`);
  say('200 steps: layout alone, first, with its worker starting', `${ms(alone)}   goal 1000 ms`);
  say('200 steps: processor time of that worker, its start included', ms(busy));
}

async function edits() {
  const parts = new Map();
  for (let i = 0; i < repeat; i++) {
    const path = join(out, `edit-${i + 1}.trace.json`);
    await newcomer(async (page, context) => {
      const desk = new Desk(page);
      await desk.open('/runbooks/grown');
      await context.browser().startTracing(page, { path, categories: [...categories, ...(asked.profile ? profiling : [])] });
      await desk.everything();
      await context.browser().stopTracing();
      const trace = await Trace.read(path);
      for (const [name, apart] of desk.apart) {
        const { clock, processor, long } = trace.part(name);
        parts.set(name, [...(parts.get(name) ?? []), { clock, processor, long, apart }]);
      }
      const layouts = await page.evaluate(() => performance.getEntriesByName('graph layout').map((each) => each.duration));
      parts.set('layouts', [...(parts.get('layouts') ?? []), ...layouts.slice(1)]);
    });
  }
  const layouts = parts.get('layouts') ?? [];
  parts.delete('layouts');
  if (layouts.length > 0) say('200 steps: layout alone, again after an edit', `${ms(layouts)}   goal 1000 ms`);
  console.log(`\nFrames while 200 steps are edited, ${repeat} times. work: the main thread's for a frame, by the clock and (cpu) by the processor;`);
  console.log('apart: between two frames as the page saw them, software painting included. <= is the share within 16.7 ms, goal 95 %.');
  console.log(`${''.padEnd(22)}${['frames', 'work <=', 'cpu <=', 'busy <=', 'p50', 'p95', 'p99', 'apart <=', 'p95'].map((title) => title.padStart(9)).join('')}   ms`);
  const all = { clock: [], processor: [], apart: [] };
  for (const [name, rounds] of parts) {
    const of = (key) => rounds.flatMap((round) => round[key]);
    for (const key of Object.keys(all)) all[key].push(...of(key));
    row(name, of('clock'), of('processor'), of('apart'));
  }
  row('all of it', all.clock, all.processor, all.apart);
  console.log('busy: only frames with more than 2 ms of work\n\nTasks of more than 50 ms, by what was done:');
  for (const [name, rounds] of parts) {
    const long = rounds.flatMap((round) => round.long).sort((a, b) => b.ms - a.ms);
    const [worst] = long;
    console.log(`  ${name.padEnd(20)} ${worst ? `${(long.length / rounds.length).toFixed(1)} a time, longest ${Math.round(worst.ms)} ms (cpu ${Math.round(worst.cpu)}): ${worst.why}` : 'none'}`);
  }
  console.log(`\nTraces: ${join(out, 'edit-1.trace.json')} … ${repeat}`);
}

function row(name, clock, processor, apart) {
  const busy = clock.filter((value) => value > 2);
  const percent = (value) => `${value.toFixed(1)} %`;
  const cells = [
    String(clock.length), percent(share(clock, frameMs)), percent(share(processor, frameMs)), percent(share(busy, frameMs)),
    ...[0.5, 0.95, 0.99].map((at) => quantile(clock, at).toFixed(1)), percent(share(apart, frameMs + 1)), quantile(apart, 0.95).toFixed(1),
  ];
  console.log(`${name.padEnd(22)}${cells.map((cell) => cell.padStart(9)).join('')}`);
}

function ms(times) {
  return `median ${Math.round(median(times))} ms, ${Math.round(Math.min(...times))} to ${Math.round(Math.max(...times))} (${times.length})`;
}

function say(what, figure) {
  console.log(`${what.padEnd(60)} ${figure}`);
}
