// A script of our own address, which the content security policy allows; the build leaves out what is never asked of it.
import elkWorker from 'elkjs/lib/elk-worker.min.js?url';

let started: Worker | null = null;

/** The layout's worker. Its start takes longer than its work: whoever knows that it will be wanted calls this before. */
export function layoutWorker(): Worker {
  started ??= new Worker(elkWorker);
  return started;
}
