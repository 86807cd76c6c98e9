import assert from 'node:assert/strict';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';

const action = (env, workflowType = 'echo', args = ['by schedule']) => ({
  type: 'startWorkflow', workflowType, args, taskQueue: env.taskQueue, workflowId: env.id('scheduled'),
});

export default {
  'schedule: fires by interval with the due time in the id': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: { intervals: [{ every: '1s' }] }, action: action(env),
      policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL },
    });
    const described = await env.until(async () => {
      const d = await handle.describe();
      return d.info.numActionsTaken >= 2 && d;
    });
    const [first] = described.info.recentActions;
    assert.match(first.action.workflow.workflowId, /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    const run = await env.client.workflow.getHandle(first.action.workflow.workflowId).describe();
    assert.deepEqual(run.searchAttributes.TemporalScheduledById, [handle.scheduleId]);
    await handle.delete();
    await assert.rejects(handle.describe(), ScheduleNotFoundError);
  },
  'schedule: described as it was asked, with ten future times': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), memo: { team: 'dr' }, state: { paused: true, note: 'not yet' }, action: action(env),
      spec: { calendars: [{ hour: 3, dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' } }], timezone: 'Europe/Berlin', jitter: '1m' },
      policies: { catchupWindow: '1h', pauseOnFailure: true, overlap: ScheduleOverlapPolicy.BUFFER_ONE },
    });
    const described = await handle.describe();
    assert.equal(described.state.paused, true);
    assert.equal(described.state.note, 'not yet');
    assert.equal(described.policies.overlap, 'BUFFER_ONE');
    assert.equal(described.policies.pauseOnFailure, true);
    assert.equal(described.spec.timezone, 'Europe/Berlin');
    assert.equal(described.info.nextActionTimes.length, 10);
    assert.deepEqual(described.memo, { team: 'dr' });
    await handle.delete();
  },
  'schedule: the same id twice is refused': async (env) => {
    const options = { scheduleId: env.id('sch'), spec: {}, action: action(env) };
    const handle = await env.client.schedule.create(options);
    await assert.rejects(env.client.schedule.create(options), ScheduleAlreadyRunning);
    await handle.delete();
  },
  'schedule: trigger while paused, pause and unpause with notes': async (env) => {
    const handle = await env.client.schedule.create({ scheduleId: env.id('sch'), spec: {}, action: action(env), state: { paused: true } });
    await handle.trigger();
    await env.until(async () => (await handle.describe()).info.numActionsTaken === 1);
    await handle.unpause('go');
    assert.equal((await handle.describe()).state.note, 'go');
    await handle.pause('stop');
    assert.equal((await handle.describe()).state.paused, true);
    await handle.delete();
  },
  'schedule: update changes the spec': async (env) => {
    const handle = await env.client.schedule.create({ scheduleId: env.id('sch'), spec: {}, action: action(env), state: { paused: true } });
    await handle.update((previous) => ({ ...previous, spec: { cronExpressions: ['0 12 * * MON'] } }));
    const { spec, info } = await handle.describe();
    assert.equal(spec.calendars.length, 1);
    assert.equal(info.nextActionTimes[0].getUTCHours(), 12);
    assert.equal(info.nextActionTimes[0].getUTCDay(), 1);
    await handle.delete();
  },
  'schedule: a backfill starts what would have been': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: { intervals: [{ every: '1h' }] }, action: action(env), state: { paused: true },
    });
    await handle.backfill({
      start: new Date('2024-01-01T00:00:00Z'), end: new Date('2024-01-01T05:00:00Z'), overlap: ScheduleOverlapPolicy.ALLOW_ALL,
    });
    const described = await env.until(async () => {
      const d = await handle.describe();
      return d.info.numActionsTaken === 6 && d;
    });
    assert.ok(described.info.recentActions.some((a) => a.action.workflow.workflowId.endsWith('2024-01-01T00:00:00Z')));
    await handle.delete();
  },
  'schedule: overlap SKIP leaves a running one alone': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: { intervals: [{ every: '1s' }] }, action: action(env, 'sleeper', [600000]),
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
    });
    const described = await env.until(async () => {
      const d = await handle.describe();
      return d.info.numActionsSkippedOverlap >= 2 && d;
    });
    assert.equal(described.info.numActionsTaken, 1);
    const [running] = described.info.runningActions;
    await handle.delete();
    await env.client.workflow.getHandle(running.workflow.workflowId).terminate();
  },
  'schedule: overlap CANCEL_OTHER stops the one before': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: {}, action: action(env, 'waitForCancel', []), state: { paused: true },
      policies: { overlap: ScheduleOverlapPolicy.CANCEL_OTHER },
    });
    await handle.trigger(ScheduleOverlapPolicy.CANCEL_OTHER);
    const first = await env.until(async () => (await handle.describe()).info.runningActions[0]);
    await new Promise((done) => setTimeout(done, 1100));
    await handle.trigger(ScheduleOverlapPolicy.CANCEL_OTHER);
    await env.until(async () => (await handle.describe()).info.numActionsTaken === 2);
    const run = await env.client.workflow.getHandle(first.workflow.workflowId).describe();
    assert.equal(run.status.name, 'CANCELLED');
    const [second] = (await handle.describe()).info.runningActions;
    await handle.delete();
    await env.client.workflow.getHandle(second.workflow.workflowId).terminate();
  },
  'schedule: pauses itself when its workflow fails': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: {}, action: action(env, 'fail', ['broken']), policies: { pauseOnFailure: true },
    });
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    await env.until(async () => (await handle.describe()).state.paused);
    await handle.delete();
  },
  'schedule: limited actions run out': async (env) => {
    const handle = await env.client.schedule.create({
      scheduleId: env.id('sch'), spec: { intervals: [{ every: '1s' }] }, action: action(env), state: { remainingActions: 2 },
      policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL },
    });
    const described = await env.until(async () => {
      const d = await handle.describe();
      return d.info.numActionsTaken >= 2 && d;
    });
    assert.equal(described.state.remainingActions, 0);
    await handle.delete();
  },
  'schedule: listed': async (env) => {
    const prefix = env.id('many');
    const handles = [];
    for (let i = 0; i < 3; i++) {
      handles.push(await env.client.schedule.create({ scheduleId: `${prefix}-${i}`, spec: {}, action: action(env), state: { paused: true } }));
    }
    await env.until(async () => {
      const ids = [];
      for await (const summary of env.client.schedule.list({ pageSize: 100 })) ids.push(summary.scheduleId);
      return handles.every((handle) => ids.includes(handle.scheduleId));
    });
    for (const handle of handles) await handle.delete();
  },
};
