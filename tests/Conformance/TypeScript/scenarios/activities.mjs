import assert from 'node:assert/strict';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { asyncTokens } from '../activities.mjs';
import { failureOf } from '../environment.mjs';

export default {
  'activity: result': async (env) => assert.equal(await env.execute('callActivity', ['double', 21]), 42),
  'activity: twenty at once': async (env) => {
    assert.deepEqual(await env.execute('parallel', [20]), Array.from({ length: 20 }, (_, i) => i * 2));
  },
  'activity: retried by the server until it succeeds': async (env) => {
    assert.equal(await env.execute('callActivity', ['failUntilAttempt', 3]), 3);
  },
  'activity: started is one event and holds the last attempt': async (env) => {
    const handle = await env.start('callActivity', ['failUntilAttempt', 3]);
    await handle.result();
    const started = (await handle.fetchHistory()).events.filter((e) => e.activityTaskStartedEventAttributes);
    assert.equal(started.length, 1);
    assert.equal(started[0].activityTaskStartedEventAttributes.attempt, 3);
    assert.match(started[0].activityTaskStartedEventAttributes.lastFailure.message, /attempt 2/);
  },
  'activity: a non-retryable failure ends it at once, typed': async (env) => {
    const failure = await failureOf(env.execute('callActivity', ['refuse']));
    assert.ok(failure.cause instanceof ActivityFailure);
    assert.ok(failure.cause.cause instanceof ApplicationFailure);
    assert.equal(failure.cause.cause.type, 'Refused');
    assert.deepEqual(failure.cause.cause.details, [{ why: 'asked to' }]);
  },
  'activity: attempts run out': async (env) => {
    const failure = await failureOf(env.execute('callActivityOnce',
      [{ startToCloseTimeout: '5s', retry: { maximumAttempts: 2, initialInterval: '20ms' } }, 'failUntilAttempt', 9]));
    assert.equal(failure.cause.retryState, 'MAXIMUM_ATTEMPTS_REACHED');
  },
  'activity: start-to-close timeout': async (env) => {
    const failure = await failureOf(env.execute('callActivityOnce',
      [{ startToCloseTimeout: '1s', retry: { maximumAttempts: 1 } }, 'hang']));
    assert.ok(failure.cause.cause instanceof TimeoutFailure);
    assert.equal(failure.cause.cause.timeoutType, 'START_TO_CLOSE');
  },
  'activity: schedule-to-start timeout on a queue nobody polls': async (env) => {
    const failure = await failureOf(env.execute('callActivityOnce',
      [{ startToCloseTimeout: '5s', scheduleToStartTimeout: '1s', taskQueue: env.id('empty') }, 'double', 1]));
    assert.equal(failure.cause.cause.timeoutType, 'SCHEDULE_TO_START');
  },
  'activity: heartbeat details survive to the next attempt': async (env) => {
    assert.deepEqual(await env.execute('callActivityOnce',
      [{ startToCloseTimeout: '10s', heartbeatTimeout: '5s', retry: { initialInterval: '20ms' } }, 'progressThenFail']), { at: 41 });
  },
  'activity: a missed heartbeat is retried': async (env) => {
    assert.equal(await env.execute('callActivityOnce',
      [{ startToCloseTimeout: '30s', heartbeatTimeout: '1s', retry: { initialInterval: '20ms' } }, 'heartbeatOnceThenHang']), 'second attempt');
  },
  'activity: cancellation reaches it through its heartbeat': async (env) => {
    const handle = await env.start('cancelActivity');
    await env.until(async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastStartedTime);
    await handle.cancel();
    const failure = await failureOf(handle.result());
    assert.ok(failure.cause instanceof CancelledFailure || failure.cause.cause instanceof CancelledFailure);
  },
  'activity: completed by somebody else': async (env) => {
    const handle = await env.start('callActivity', ['completedByOther']);
    await env.until(async () => asyncTokens.has(handle.workflowId));
    await env.client.activity.complete(asyncTokens.get(handle.workflowId), 'from outside');
    assert.equal(await handle.result(), 'from outside');
  },
  'activity: info carries the timeouts the server settled': async (env) => {
    const info = await env.execute('callActivity', ['currentInfo']);
    assert.equal(info.startToCloseTimeoutMs, 10000);
    assert.equal(info.attempt, 1);
    assert.equal(info.taskQueue, env.taskQueue);
  },
  'activity: pending one is described with its failure': async (env) => {
    const handle = await env.start('callActivityOnce',
      [{ startToCloseTimeout: '5s', retry: { initialInterval: '30s' } }, 'failUntilAttempt', 9]);
    const pending = await env.until(async () => {
      const [activity] = (await handle.describe()).raw.pendingActivities ?? [];
      return activity?.lastFailure && activity;
    });
    assert.equal(pending.attempt, 2);
    assert.match(pending.lastFailure.message, /attempt 1/);
    await handle.terminate();
  },
  'local activity: result, retry, one marker each': async (env) => {
    const handle = await env.start('callLocalActivity', [4]);
    assert.deepEqual(await handle.result(), [8, 2]);
    const markers = (await handle.fetchHistory()).events.filter((e) => e.markerRecordedEventAttributes);
    assert.equal(markers.length, 2);
  },
};
