// Workflows of the scenarios. They run in the official worker's sandbox; scenarios name them by function name.
const wf = require('@temporalio/workflow');

const activities = wf.proxyActivities({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '50ms', maximumInterval: '200ms', maximumAttempts: 5 },
});

exports.echo = async function echo(value) {
  return value;
};

exports.fail = async function fail(message) {
  throw wf.ApplicationFailure.create({ message, type: 'Refused', nonRetryable: true, details: ['detail', 7] });
};

exports.sleeper = async function sleeper(ms) {
  await wf.sleep(ms);
  return 'awake';
};

exports.collectSignals = async function collectSignals(count) {
  const seen = [];
  wf.setHandler(wf.defineSignal('add'), (value) => void seen.push(value));
  wf.setHandler(wf.defineQuery('seen'), () => seen);
  await wf.condition(() => seen.length >= count);
  return seen;
};

exports.counter = async function counter() {
  let total = 0;
  let done = false;
  wf.setHandler(wf.defineQuery('total'), () => total);
  wf.setHandler(wf.defineQuery('broken'), () => { throw new Error('query refused'); });
  wf.setHandler(wf.defineSignal('finish'), () => { done = true; });
  wf.setHandler(wf.defineUpdate('add'), (n) => (total += n), {
    validator: (n) => { if (n < 0) throw new Error('negative'); },
  });
  wf.setHandler(wf.defineUpdate('addSlowly'), async (n) => { await wf.sleep(200); return (total += n); });
  wf.setHandler(wf.defineUpdate('addFailing'), () => {
    throw wf.ApplicationFailure.create({ message: 'no', type: 'UpdateRefused' });
  });
  wf.setHandler(wf.defineUpdate('addByActivity'), async (n) => (total += await activities.double(n)));
  await wf.condition(() => done);
  await wf.condition(wf.allHandlersFinished);
  return total;
};

exports.callActivity = async function callActivity(name, ...args) {
  return await activities[name](...args);
};

exports.callActivityOnce = async function callActivityOnce(options, name, ...args) {
  return await wf.proxyActivities(options)[name](...args);
};

exports.callLocalActivity = async function callLocalActivity(n) {
  const local = wf.proxyLocalActivities({ startToCloseTimeout: '5s', retry: { initialInterval: '10ms' } });
  return [await local.double(n), await local.failUntilAttempt(2)];
};

exports.parallel = async function parallel(n) {
  return await Promise.all(Array.from({ length: n }, (_, i) => activities.double(i)));
};

exports.raceTimerAndCancel = async function raceTimerAndCancel() {
  const scope = new wf.CancellationScope();
  const slow = scope.run(() => wf.sleep('1h')).catch((e) => (wf.isCancellation(e) ? 'cancelled' : 'other'));
  await wf.sleep(20);
  scope.cancel();
  return await slow;
};

exports.waitForCancel = async function waitForCancel() {
  try {
    await wf.sleep('1h');
  } catch (e) {
    if (!wf.isCancellation(e)) throw e;
    await wf.CancellationScope.nonCancellable(() => activities.double(1));
    throw e;
  }
};

exports.cancelActivity = async function cancelActivity() {
  const { heartbeatUntilCancelled } = wf.proxyActivities({
    startToCloseTimeout: '30s', heartbeatTimeout: '2s', cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  return await heartbeatUntilCancelled();
};

exports.again = async function again(left, chain = []) {
  const { runId, continuedFromExecutionRunId } = wf.workflowInfo();
  if (left > 0) await wf.continueAsNew(left - 1, [...chain, runId]);
  return { chain: [...chain, runId], from: continuedFromExecutionRunId };
};

exports.parent = async function parent(childType, ...args) {
  return await wf.executeChild(childType, { args, workflowId: `${wf.workflowInfo().workflowId}/child` });
};

exports.abandoner = async function abandoner(policy) {
  await wf.startChild('sleeper', {
    args: [600000], workflowId: `${wf.workflowInfo().workflowId}/child`, parentClosePolicy: policy,
  });
  return 'gone';
};

exports.signaller = async function signaller(targetId, value) {
  await wf.getExternalWorkflowHandle(targetId).signal('add', value);
  return 'signalled';
};

exports.canceller = async function canceller(targetId) {
  await wf.getExternalWorkflowHandle(targetId).cancel();
  return 'asked';
};

exports.thirdTime = async function thirdTime() {
  const { attempt } = wf.workflowInfo();
  if (attempt < 3) throw wf.ApplicationFailure.create({ message: `attempt ${attempt}` });
  return attempt;
};

exports.patchedWorkflow = async function patchedWorkflow() {
  return wf.patched('2026-11-faster') ? 'new' : 'old';
};

exports.upserting = async function upserting(key) {
  wf.upsertMemo({ step: 2, gone: null });
  wf.upsertSearchAttributes({ [key]: ['after'] });
  await wf.sleep(10);
  return wf.workflowInfo().memo;
};

exports.brokenAtFirst = async function brokenAtFirst() {
  await activities.double(1);
  // Real time on purpose: the same code fails its task until the "deployment" comes.
  const { unsafe, runStartTime } = wf.workflowInfo();
  if (unsafe.now() - runStartTime.getTime() < 500) throw new Error('a bug that a deployment repairs');
  return 'repaired';
};

exports.many = async function many(steps) {
  for (let i = 0; i < steps; i++) await activities.double(i);
  return steps;
};

exports.cronInfo = async function cronInfo() {
  return wf.workflowInfo().lastResult ?? 'first';
};
