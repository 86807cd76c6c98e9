import assert from 'node:assert/strict';
import {
  QueryNotRegisteredError, WithStartWorkflowOperation, WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateStage,
} from '@temporalio/client';

export default {
  'signal: a hundred arrive once each and in order': async (env) => {
    const handle = await env.start('collectSignals', [100]);
    for (let i = 0; i < 100; i++) await handle.signal('add', i);
    assert.deepEqual(await handle.result(), Array.from({ length: 100 }, (_, i) => i));
  },
  'signal: a closed run answers not found': async (env) => {
    const handle = await env.start('echo', [1]);
    await handle.result();
    await assert.rejects(handle.signal('add', 1), WorkflowNotFoundError);
  },
  'signal: with start, started once and signalled twice': async (env) => {
    const workflowId = env.id('sws');
    const options = { workflowId, taskQueue: env.taskQueue, args: [2], signal: 'add' };
    const first = await env.client.workflow.signalWithStart('collectSignals', { ...options, signalArgs: ['a'] });
    const second = await env.client.workflow.signalWithStart('collectSignals', { ...options, signalArgs: ['b'] });
    assert.equal(first.signaledRunId, second.signaledRunId);
    assert.deepEqual(await first.result(), ['a', 'b']);
  },
  'signal: one workflow signals another': async (env) => {
    const target = await env.start('collectSignals', [1]);
    assert.equal(await env.execute('signaller', [target.workflowId, 'hello']), 'signalled');
    assert.deepEqual(await target.result(), ['hello']);
  },
  'signal: to a workflow that is not there fails in the sender': async (env) => {
    await assert.rejects(env.execute('signaller', [env.id('nowhere'), 'x']), (e) => /ExternalWorkflow|not found/i.test(`${e.cause?.message}`));
  },
  'query: a running and a closed run answer': async (env) => {
    const handle = await env.start('collectSignals', [1]);
    assert.deepEqual(await handle.query('seen'), []);
    await handle.signal('add', 'x');
    await handle.result();
    assert.deepEqual(await handle.query('seen'), ['x']);
  },
  'query: an unknown and a failing one are told apart from success': async (env) => {
    const handle = await env.start('counter');
    await assert.rejects(handle.query('nothing'), QueryNotRegisteredError);
    await assert.rejects(handle.query('broken'), /query refused/);
    await handle.signal('finish');
    await handle.result();
  },
  'update: value, rejection and failure come back as such': async (env) => {
    const handle = await env.start('counter');
    assert.equal(await handle.executeUpdate('add', { args: [4] }), 4);
    await assert.rejects(handle.executeUpdate('add', { args: [-1] }), (e) => e instanceof WorkflowUpdateFailedError && /negative/.test(e.cause.message));
    await assert.rejects(handle.executeUpdate('addFailing'), (e) => e instanceof WorkflowUpdateFailedError && e.cause.type === 'UpdateRefused');
    assert.equal(await handle.query('total'), 4);
    await handle.signal('finish');
    assert.equal(await handle.result(), 4);
  },
  'update: a rejected one leaves no event': async (env) => {
    const handle = await env.start('counter');
    await handle.query('total');
    const before = (await handle.fetchHistory()).events.length;
    await assert.rejects(handle.executeUpdate('add', { args: [-1] }));
    const updates = (await handle.fetchHistory()).events.filter((e) => e.workflowExecutionUpdateAcceptedEventAttributes);
    assert.equal(updates.length, 0);
    assert.ok(before >= 4);
    await handle.signal('finish');
    await handle.result();
  },
  'update: accepted first, result later, same id same update': async (env) => {
    const handle = await env.start('counter');
    const updateId = 'once';
    const update = await handle.startUpdate('addSlowly', { args: [7], updateId, waitForStage: WorkflowUpdateStage.ACCEPTED });
    assert.equal(await update.result(), 7);
    assert.equal(await handle.executeUpdate('addSlowly', { args: [7], updateId }), 7);
    assert.equal(await handle.query('total'), 7);
    await handle.signal('finish');
    await handle.result();
  },
  'update: a handler may call activities': async (env) => {
    const handle = await env.start('counter');
    assert.equal(await handle.executeUpdate('addByActivity', { args: [21] }), 42);
    await handle.signal('finish');
    assert.equal(await handle.result(), 42);
  },
  'update: with start, new and running alike': async (env) => {
    const workflowId = env.id('uws');
    const operation = () => new WithStartWorkflowOperation('counter', {
      workflowId, taskQueue: env.taskQueue, workflowIdConflictPolicy: 'USE_EXISTING',
    });
    assert.equal(await env.client.workflow.executeUpdateWithStart('add', { args: [1], startWorkflowOperation: operation() }), 1);
    assert.equal(await env.client.workflow.executeUpdateWithStart('add', { args: [2], startWorkflowOperation: operation() }), 3);
    const handle = env.client.workflow.getHandle(workflowId);
    await handle.signal('finish');
    assert.equal(await handle.result(), 3);
  },
};
