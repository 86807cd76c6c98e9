import { activityInfo, heartbeat, sleep, ApplicationFailure, CompleteAsyncError, Context } from '@temporalio/activity';

/** Task tokens of activities that somebody else completes, by workflow id. */
export const asyncTokens = new Map();

export async function double(n) {
  return n * 2;
}

export async function size(text) {
  return text.length;
}

export async function failUntilAttempt(attempt) {
  if (activityInfo().attempt < attempt) throw new Error(`attempt ${activityInfo().attempt}`);
  return activityInfo().attempt;
}

export async function refuse() {
  throw ApplicationFailure.create({ message: 'no', type: 'Refused', nonRetryable: true, details: [{ why: 'asked to' }] });
}

export async function hang() {
  await sleep('60s');
}

export async function progressThenFail() {
  const { attempt, heartbeatDetails } = activityInfo();
  if (attempt === 1) {
    heartbeat({ at: 41 });
    await sleep(150);
    throw new Error('lost after progress');
  }
  return heartbeatDetails;
}

export async function heartbeatOnceThenHang() {
  if (activityInfo().attempt > 1) return 'second attempt';
  heartbeat('alive');
  await sleep('60s');
}

export async function heartbeatUntilCancelled() {
  for (;;) {
    heartbeat();
    await sleep(100);
  }
}

export async function completedByOther() {
  asyncTokens.set(activityInfo().workflowExecution.workflowId, activityInfo().taskToken);
  throw new CompleteAsyncError();
}

export async function currentInfo() {
  const { activityId, attempt, taskQueue, isLocal, scheduleToCloseTimeoutMs, startToCloseTimeoutMs } = Context.current().info;
  return { activityId, attempt, taskQueue, isLocal, scheduleToCloseTimeoutMs, startToCloseTimeoutMs };
}
