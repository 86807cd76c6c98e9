import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import * as activities from './activities.mjs';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });

/** What a scenario gets: a client, a running worker's queue, and small verbs. Ids are unique, so scenarios run at once. */
export async function openEnvironment(address, namespace) {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.cjs', import.meta.url)),
    logger: new DefaultLogger('ERROR', () => {}),
  });
  const id = (name) => `${name}-${randomUUID().slice(0, 8)}`;
  const env = { client, namespace, id, taskQueue: id('queue') };
  env.worker = ({ taskQueue, ...options }) => Worker.create({
    connection: native, namespace, workflowBundle, activities: implementations(), taskQueue, shutdownGraceTime: '1s', ...options,
  });
  env.start = (type, args = [], options = {}) => client.workflow.start(type, {
    workflowId: id(type), taskQueue: env.taskQueue, args, ...options,
  });
  env.execute = async (type, args, options) => (await env.start(type, args, options)).result();
  env.until = async (probe, limitMs = 20_000) => {
    for (const end = Date.now() + limitMs; ;) {
      const value = await probe();
      if (value) return value;
      if (Date.now() > end) throw new Error(`never became true: ${probe}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const worker = await env.worker({ taskQueue: env.taskQueue });
  const running = worker.run();
  env.close = async () => {
    worker.shutdown();
    await running;
    await native.close();
    await connection.close();
  };
  return env;
}

/** The error a promise ends with; an error of its own when it does not. */
export async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure, got a result');
}

function implementations() {
  return Object.fromEntries(Object.entries(activities).filter(([, value]) => typeof value === 'function'));
}
