import assert from 'node:assert/strict';
import { WorkflowNotFoundError } from '@temporalio/client';

const KEYWORD = 2;
const DATETIME = 6;

async function register(env, attributes) {
  await env.client.connection.operatorService.addSearchAttributes({ namespace: env.namespace, searchAttributes: attributes });
  await env.until(async () => {
    const { customAttributes } = await env.client.connection.operatorService.listSearchAttributes({ namespace: env.namespace });
    return Object.keys(attributes).every((name) => customAttributes[name]);
  });
}

export default {
  'history: ids run from 1 without a gap and end with the close': async (env) => {
    const handle = await env.start('many', [5]);
    await handle.result();
    const { events } = await handle.fetchHistory();
    assert.deepEqual(events.map((e) => Number(e.eventId)), events.map((_, i) => i + 1));
    assert.ok(events[0].workflowExecutionStartedEventAttributes);
    assert.ok(events.at(-1).workflowExecutionCompletedEventAttributes);
  },
  'history: forward pages and backward pages are the same events': async (env) => {
    const handle = await env.start('many', [5]);
    await handle.result();
    const execution = { workflowId: handle.workflowId };
    const read = async (method) => {
      const ids = [];
      let nextPageToken;
      do {
        const page = await env.client.workflowService[method]({ namespace: env.namespace, execution, maximumPageSize: 4, nextPageToken });
        ids.push(...page.history.events.map((e) => Number(e.eventId)));
        nextPageToken = page.nextPageToken;
      } while (nextPageToken?.length);
      return ids;
    };
    const forward = await read('getWorkflowExecutionHistory');
    assert.deepEqual((await read('getWorkflowExecutionHistoryReverse')).reverse(), forward);
  },
  'describe: memo, type, queue, times and a missing run': async (env) => {
    const handle = await env.start('echo', [1], { memo: { note: { deep: true } } });
    await handle.result();
    const described = await handle.describe();
    assert.equal(described.type, 'echo');
    assert.equal(described.taskQueue, env.taskQueue);
    assert.equal(described.status.name, 'COMPLETED');
    assert.deepEqual(described.memo, { note: { deep: true } });
    assert.ok(described.closeTime >= described.startTime);
    assert.ok(described.historyLength >= 5);
    await assert.rejects(env.client.workflow.getHandle(env.id('missing')).describe(), WorkflowNotFoundError);
  },
  'list and count: by type, status and id prefix': async (env) => {
    const prefix = env.id('listed');
    for (let i = 0; i < 3; i++) await env.execute('echo', [i], { workflowId: `${prefix}-${i}` });
    const running = await env.start('sleeper', [600000], { workflowId: `${prefix}-run` });
    const count = async (query) => Number((await env.client.workflow.count(query)).count);
    await env.until(async () => (await count(`WorkflowId STARTS_WITH '${prefix}' AND ExecutionStatus = 'Completed'`)) === 3
      && (await count(`WorkflowId STARTS_WITH '${prefix}'`)) === 4);
    const ids = [];
    for await (const info of env.client.workflow.list({ query: `WorkflowId STARTS_WITH '${prefix}' AND WorkflowType = 'echo'`, pageSize: 2 })) {
      ids.push(info.workflowId);
    }
    assert.deepEqual(ids.sort(), [0, 1, 2].map((i) => `${prefix}-${i}`));
    const grouped = await env.client.workflow.count(`WorkflowId STARTS_WITH '${prefix}' GROUP BY ExecutionStatus`);
    assert.deepEqual(Object.fromEntries(grouped.groups.map((g) => [g.groupValues[0], Number(g.count)])), { Running: 1, Completed: 3 });
    await running.terminate();
  },
  'list: an unknown attribute is an invalid argument': async (env) => {
    await assert.rejects(env.client.workflow.count("NoSuchThing = 'x'"), (e) => e.cause?.code === 3 || e.code === 3);
  },
  'search attributes: registered, started, typed, upserted, found': async (env) => {
    const suffix = Math.random().toString(36).slice(2, 8);
    const [place, due] = [`Place${suffix}`, `Due${suffix}`];
    await register(env, { [place]: KEYWORD, [due]: DATETIME });
    const when = new Date('2026-11-21T12:00:00Z');
    const handle = await env.start('upserting', [place], {
      memo: { step: 1, gone: true }, searchAttributes: { [place]: ['before'], [due]: [when] },
    });
    assert.deepEqual(await handle.result(), { step: 2 });
    const { searchAttributes, memo } = await handle.describe();
    assert.deepEqual(searchAttributes[place], ['after']);
    assert.equal(searchAttributes[due][0].getTime(), when.getTime());
    assert.deepEqual(memo, { step: 2 });
    await env.until(async () => Number((await env.client.workflow.count(`${place} = 'after' AND ${due} < '2027-01-01T00:00:00Z'`)).count) === 1);
  },
  'search attributes: an unregistered one refuses the start': async (env) => {
    await assert.rejects(env.start('echo', [1], { searchAttributes: { [`Never${Date.now()}`]: ['x'] } }), (e) => (e.cause?.code ?? e.code) === 3);
  },
  'queues: described with their pollers': async (env) => {
    await env.until(async () => {
      const { pollers } = await env.client.workflowService.describeTaskQueue({
        namespace: env.namespace, taskQueue: { name: env.taskQueue }, taskQueueType: 1,
      });
      return pollers.length > 0;
    });
  },
};
