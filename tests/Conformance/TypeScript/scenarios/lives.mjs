import assert from 'node:assert/strict';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, ChildWorkflowFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { failureOf } from '../environment.mjs';

const statusOf = async (handle) => (await handle.describe()).status.name;

export default {
  'timer: a cancelled one is cancelled, not failed': async (env) => assert.equal(await env.execute('raceTimerAndCancel'), 'cancelled'),
  'cancel: the workflow cleans up, then ends cancelled': async (env) => {
    const handle = await env.start('waitForCancel');
    await handle.cancel();
    assert.ok((await failureOf(handle.result())).cause instanceof CancelledFailure);
    assert.equal(await statusOf(handle), 'CANCELLED');
  },
  'cancel: one workflow cancels another': async (env) => {
    const target = await env.start('waitForCancel');
    assert.equal(await env.execute('canceller', [target.workflowId]), 'asked');
    assert.ok((await failureOf(target.result())).cause instanceof CancelledFailure);
  },
  'terminate: ends at once with its reason': async (env) => {
    const handle = await env.start('sleeper', [600000]);
    await handle.terminate('enough');
    const failure = await failureOf(handle.result());
    assert.ok(failure.cause instanceof TerminatedFailure);
    assert.equal(await statusOf(handle), 'TERMINATED');
    await assert.rejects(handle.terminate(), WorkflowNotFoundError);
  },
  'failure: type, message and details come back': async (env) => {
    const failure = await failureOf(env.execute('fail', ['broken']));
    assert.ok(failure.cause instanceof ApplicationFailure);
    assert.equal(failure.cause.type, 'Refused');
    assert.deepEqual(failure.cause.details, ['detail', 7]);
  },
  'timeout: a run that takes too long is timed out': async (env) => {
    const handle = await env.start('sleeper', [600000], { workflowRunTimeout: '1s' });
    assert.ok((await failureOf(handle.result())).cause instanceof TimeoutFailure);
    assert.equal(await statusOf(handle), 'TIMED_OUT');
  },
  'task failure: the workflow waits for a repair and goes on': async (env) => {
    assert.equal(await env.execute('brokenAtFirst'), 'repaired');
  },
  'continue as new: the result is the last run\'s, the chain is linked': async (env) => {
    const handle = await env.start('again', [3]);
    const { chain } = await handle.result();
    assert.equal(new Set(chain).size, 4);
    assert.equal(chain[0], handle.firstExecutionRunId);
    const first = env.client.workflow.getHandle(handle.workflowId, chain[0], { followRuns: false });
    assert.equal(await statusOf(first), 'CONTINUED_AS_NEW');
  },
  'child: result, root and parent': async (env) => {
    const handle = await env.start('parent', ['echo', 9]);
    assert.equal(await handle.result(), 9);
    const child = await env.client.workflow.getHandle(`${handle.workflowId}/child`).describe();
    assert.equal(child.parentExecution.workflowId, handle.workflowId);
    assert.equal(child.raw.workflowExecutionInfo.rootExecution.workflowId, handle.workflowId);
  },
  'child: its failure is the parent\'s cause': async (env) => {
    const failure = await failureOf(env.execute('parent', ['fail', 'inner']));
    assert.ok(failure.cause instanceof ChildWorkflowFailure);
    assert.equal(failure.cause.cause.type, 'Refused');
  },
  'child: continuing as new is one child to its parent': async (env) => {
    assert.equal((await env.execute('parent', ['again', 2])).chain.length, 3);
  },
  'child: parent close policies': async (env) => {
    const outcome = { TERMINATE: 'TERMINATED', REQUEST_CANCEL: 'CANCELLED', ABANDON: 'RUNNING' };
    for (const [policy, status] of Object.entries(outcome)) {
      const handle = await env.start('abandoner', [policy]);
      await handle.result();
      const child = env.client.workflow.getHandle(`${handle.workflowId}/child`);
      await env.until(async () => (await statusOf(child)) === status);
      if (status === 'RUNNING') await child.terminate();
    }
  },
  'reset: a finished run begins anew from its first task and gets its signals again': async (env) => {
    const handle = await env.start('collectSignals', [2]);
    await handle.signal('add', 'one');
    await env.until(async () => (await handle.query('seen')).length === 1);
    await handle.signal('add', 'two');
    assert.deepEqual(await handle.result(), ['one', 'two']);
    const { events } = await handle.fetchHistory();
    const point = events.find((e) => e.workflowTaskCompletedEventAttributes).eventId;
    const { runId } = await env.client.workflowService.resetWorkflowExecution({
      namespace: env.namespace, workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      workflowTaskFinishEventId: point, requestId: env.id('reset'), reason: 'once more',
    });
    assert.notEqual(runId, handle.firstExecutionRunId);
    const again = env.client.workflow.getHandle(handle.workflowId, runId);
    assert.deepEqual(await again.result(), ['one', 'two']);
    const described = await env.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).describe();
    assert.equal(described.raw.workflowExtendedInfo.resetRunId, runId);
  },
  'reset: updates that came after the point come again': async (env) => {
    const handle = await env.start('counter');
    await env.until(async () => (await handle.query('total')) === 0);
    assert.equal(await handle.executeUpdate('add', { args: [5] }), 5);
    const { runId } = await env.client.workflowService.resetWorkflowExecution({
      namespace: env.namespace, workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      workflowTaskFinishEventId: 4, requestId: env.id('reset'), reason: 'once more',
    });
    const again = env.client.workflow.getHandle(handle.workflowId, runId);
    await env.until(async () => (await again.query('total')) === 5);
    await again.signal('finish');
    assert.equal(await again.result(), 5);
  },
  'patch: leaves its marker and its search attribute': async (env) => {
    const handle = await env.start('patchedWorkflow');
    assert.equal(await handle.result(), 'new');
    const { searchAttributes } = await handle.describe();
    assert.deepEqual(searchAttributes.TemporalChangeVersion, ['2026-11-faster']);
  },
  'worker: without a cache every task replays the whole history': async (env) => {
    const taskQueue = env.id('uncached');
    const worker = await env.worker({ taskQueue, maxCachedWorkflows: 0 });
    const result = await worker.runUntil(env.execute('many', [6], { taskQueue }));
    assert.equal(result, 6);
  },
  'worker: stops promptly while its polls are open': async (env) => {
    const worker = await env.worker({ taskQueue: env.id('short-lived') });
    const running = worker.run();
    await new Promise((done) => setTimeout(done, 300));
    const began = Date.now();
    worker.shutdown();
    await running;
    assert.ok(Date.now() - began < 5000, `took ${Date.now() - began} ms`);
  },
  'worker: another takes over a run whose sticky worker is gone': async (env) => {
    const taskQueue = env.id('handover');
    const first = await env.worker({ taskQueue });
    const handle = await env.start('collectSignals', [1], { taskQueue });
    await first.runUntil(env.until(async () => (await handle.query('seen')).length === 0));
    const second = await env.worker({ taskQueue });
    await second.runUntil((async () => {
      await handle.signal('add', 'late');
      assert.deepEqual(await handle.result(), ['late']);
    })());
  },
};
