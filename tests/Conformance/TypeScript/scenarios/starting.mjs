import assert from 'node:assert/strict';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { failureOf } from '../environment.mjs';

export default {
  'start: result comes back with its value': async (env) => {
    assert.deepEqual(await env.execute('echo', [{ a: [1, 'zwei', null] }]), { a: [1, 'zwei', null] });
  },
  'start: running id is refused and names the run': async (env) => {
    const handle = await env.start('sleeper', [600000]);
    await assert.rejects(env.client.workflow.start('echo', {
      workflowId: handle.workflowId, taskQueue: env.taskQueue, args: [1],
    }), WorkflowExecutionAlreadyStartedError);
    await handle.terminate();
  },
  'start: USE_EXISTING joins the running one': async (env) => {
    const first = await env.start('collectSignals', [1]);
    const second = await env.client.workflow.start('collectSignals', {
      workflowId: first.workflowId, taskQueue: env.taskQueue, args: [1], workflowIdConflictPolicy: 'USE_EXISTING',
    });
    assert.equal(second.firstExecutionRunId, first.firstExecutionRunId);
    await second.signal('add', 5);
    assert.deepEqual(await first.result(), [5]);
  },
  'start: TERMINATE_EXISTING replaces the running one': async (env) => {
    const first = await env.start('sleeper', [600000]);
    // The server protects an id from restarts within one second of a start.
    await new Promise((done) => setTimeout(done, 1200));
    const second = await env.client.workflow.start('echo', {
      workflowId: first.workflowId, taskQueue: env.taskQueue, args: [2], workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    });
    assert.equal(await second.result(), 2);
    const old = env.client.workflow.getHandle(first.workflowId, first.firstExecutionRunId, { followRuns: false });
    assert.equal((await old.describe()).status.name, 'TERMINATED');
  },
  'start: REJECT_DUPLICATE refuses a closed id': async (env) => {
    const first = await env.start('echo', [1]);
    await first.result();
    await assert.rejects(env.client.workflow.start('echo', {
      workflowId: first.workflowId, taskQueue: env.taskQueue, args: [1], workflowIdReusePolicy: 'REJECT_DUPLICATE',
    }), WorkflowExecutionAlreadyStartedError);
  },
  'start: FAILED_ONLY refuses after success and allows after failure': async (env) => {
    const good = await env.start('echo', [1]);
    await good.result();
    const bad = await env.start('fail', ['x']);
    await failureOf(bad.result());
    const again = (workflowId) => env.client.workflow.start('echo', {
      workflowId, taskQueue: env.taskQueue, args: [3], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
    await assert.rejects(again(good.workflowId), WorkflowExecutionAlreadyStartedError);
    await new Promise((done) => setTimeout(done, 1200));
    assert.equal(await (await again(bad.workflowId)).result(), 3);
  },
  'start: delay holds the first task back': async (env) => {
    const began = Date.now();
    assert.equal(await env.execute('echo', [1], { startDelay: '1s' }), 1);
    assert.ok(Date.now() - began >= 900);
  },
  'start: 60 at once all end': async (env) => {
    const results = await Promise.all(Array.from({ length: 60 }, (_, i) => env.execute('echo', [i])));
    assert.deepEqual(results, Array.from({ length: 60 }, (_, i) => i));
  },
  'start: a payload of 1 MB travels both ways': async (env) => {
    const big = 'x'.repeat(1_000_000);
    assert.equal((await env.execute('echo', [big])).length, big.length);
    assert.equal(await env.execute('callActivity', ['size', big]), big.length);
  },
  'retry: the third attempt succeeds under one result': async (env) => {
    assert.equal(await env.execute('thirdTime', [], { retry: { initialInterval: '50ms', maximumAttempts: 5 } }), 3);
  },
  'cron: each run sees the result of the one before': async (env) => {
    const handle = await env.start('cronInfo', [], { cronSchedule: '@every 1s' });
    await env.until(async () => (await handle.fetchHistory()).events[0]
      .workflowExecutionStartedEventAttributes.lastCompletionResult?.payloads?.length > 0);
    await handle.terminate();
  },
};
