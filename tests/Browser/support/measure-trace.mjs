// What a Chrome trace says about the page's main thread between two marks: how long it worked for each frame, and which
// tasks took longer than 50 ms.
import { readFile } from 'node:fs/promises';

export const categories = [
  '-*', 'toplevel', 'blink.user_timing', 'devtools.timeline', 'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame', 'v8.execute', 'loading',
];
export const profiling = ['disabled-by-default-v8.cpu_profiler'];
export const frameMs = 1000 / 60;
const longMs = 50;

/** One part of a trace by name: the marks are `begin NAME` and `end NAME`. */
export class Trace {
  static async read(path) {
    const { traceEvents } = JSON.parse(await readFile(path, 'utf8'));
    return new Trace(traceEvents);
  }

  constructor(events) {
    const marked = events.find((event) => event.cat?.includes('user_timing') && event.name.startsWith('begin '));
    const main = events.find((event) => event.name === 'thread_name' && event.pid === marked?.pid && event.args.name === 'CrRendererMain');
    this.events = events.filter((event) => event.pid === main?.pid && event.tid === main?.tid).sort((a, b) => a.ts - b.ts);
    this.tasks = this.events.filter((event) => event.name === 'RunTask' && event.ph === 'X');
    this.frames = this.events.filter((event) => event.name === 'BeginMainThreadFrame').map((event) => event.ts);
  }

  /** Work of the main thread for each frame of a part, in ms: by the clock, and by the processor's own count. */
  part(name) {
    const at = (mark) => this.events.find((event) => event.name === mark)?.ts ?? 0;
    const [from, to] = [at(`begin ${name}`), at(`end ${name}`)];
    const starts = this.frames.filter((ts) => ts >= from && ts <= to);
    const tasks = this.tasks.filter((task) => task.ts + task.dur >= from && task.ts <= to);
    const clock = [];
    const processor = [];
    let next = 0;
    for (let i = 0; i + 1 < starts.length; i++) {
      const [begin, end] = [starts[i], starts[i + 1]];
      let wall = 0;
      let busy = 0;
      while (next > 0 && tasks[next - 1].ts + tasks[next - 1].dur > begin) next--;
      for (; next < tasks.length && tasks[next].ts < end; next++) {
        const task = tasks[next];
        const shared = Math.min(task.ts + task.dur, end) - Math.max(task.ts, begin);
        if (shared <= 0) continue;
        wall += shared;
        busy += task.dur > 0 ? ((task.tdur ?? task.dur) * shared) / task.dur : 0;
      }
      clock.push(wall / 1000);
      processor.push(busy / 1000);
    }
    const long = tasks.filter((task) => task.dur >= longMs * 1000).map((task) => ({ ms: task.dur / 1000, cpu: (task.tdur ?? task.dur) / 1000, why: this.within(task) }));
    return { clock, processor, long };
  }

  /** The parts of a task that took most of its time, as the browser names them. */
  within(task) {
    const inside = this.events.filter((event) => event.ph === 'X' && event.name !== 'RunTask' && event.ts >= task.ts && event.ts < task.ts + task.dur && event.dur > 8000);
    const named = inside.map((event) => `${event.args?.data?.type ?? event.args?.data?.functionName ?? event.name} ${Math.round(event.dur / 1000)}`);
    return [...new Set(named)].slice(0, 4).join(', ');
  }
}

/** What the page's workers had of the processor, in ms. */
export async function workersBusy(path) {
  const { traceEvents } = JSON.parse(await readFile(path, 'utf8'));
  const workers = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args.name.startsWith('DedicatedWorker')).map((event) => `${event.pid}/${event.tid}`));
  const tasks = traceEvents.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && workers.has(`${event.pid}/${event.tid}`));
  const own = tasks.filter((task) => !tasks.some((other) => other !== task && other.tid === task.tid && other.ts <= task.ts && other.ts + other.dur >= task.ts + task.dur && other.dur > task.dur));
  return own.reduce((sum, task) => sum + (task.tdur ?? task.dur), 0) / 1000;
}

export function share(values, limit) {
  return values.length === 0 ? Number.NaN : (100 * values.filter((value) => value <= limit).length) / values.length;
}

export function quantile(values, at) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

export const median = (values) => quantile(values, 0.5);
