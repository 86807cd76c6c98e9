import { verifyBundle, type ChainVerdict, type Progress } from './chain';

export type FromWorker =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'verdict'; readonly verdict: ChainVerdict }
  | { readonly kind: 'failed'; readonly message: string };

const scope = self as unknown as DedicatedWorkerGlobalScope;
const send = (message: FromWorker): void => scope.postMessage(message);

scope.onmessage = (message: MessageEvent<ArrayBuffer>) => {
  verifyBundle(new Uint8Array(message.data), scope.crypto.subtle, (progress) => send({ kind: 'progress', progress })).then(
    (verdict) => send({ kind: 'verdict', verdict }),
    (error: unknown) => send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
};
