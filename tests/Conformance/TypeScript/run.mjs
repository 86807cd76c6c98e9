// Usage: node run.mjs ADDRESS [NAMESPACE] [NAME-PART]. One JSON line per scenario; exit code 1 when one failed.
import { openEnvironment } from './environment.mjs';
import starting from './scenarios/starting.mjs';
import messages from './scenarios/messages.mjs';
import activities from './scenarios/activities.mjs';
import lives from './scenarios/lives.mjs';
import reading from './scenarios/reading.mjs';
import schedules from './scenarios/schedules.mjs';

const [address, namespace = 'default', part = ''] = process.argv.slice(2);
const SCENARIO_LIMIT_MS = 60_000;
const AT_ONCE = 6;

function withLimit(promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${SCENARIO_LIMIT_MS} ms`)), SCENARIO_LIMIT_MS);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

const env = await openEnvironment(address, namespace);
const queue = Object.entries({ ...starting, ...messages, ...activities, ...lives, ...reading, ...schedules })
  .filter(([name]) => name.includes(part));
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let next; (next = queue.shift());) {
    const [name, scenario] = next;
    const began = Date.now();
    const report = { name, ok: true };
    try {
      await withLimit(scenario(env));
    } catch (error) {
      failed++;
      Object.assign(report, { ok: false, error: `${error?.stack ?? error}${error?.cause ? `\ncause: ${error.cause}` : ''}` });
    }
    report.ms = Date.now() - began;
    console.log(JSON.stringify(report));
  }
}));
// A scenario that never ended may hold a poll: do not let it hold the process.
await Promise.race([env.close(), new Promise((done) => setTimeout(done, 10_000))]);
process.exit(failed > 0 ? 1 : 0);
