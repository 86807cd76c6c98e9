import { useCallback, useEffect, useRef, useState } from 'react';
import type { ChainVerdict, Progress } from './chain';
import type { FromWorker } from './worker';

export type Verification =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'checking'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly verdict: ChainVerdict }
  | { readonly kind: 'failed'; readonly message: string; readonly error: unknown };

/** Verifies bundles in a worker, so that the page stays quick while a hundred thousand hashes are made. */
export function useVerification() {
  const [state, setState] = useState<Verification>({ kind: 'idle' });
  const worker = useRef<Worker | null>(null);
  const stop = useCallback(() => {
    worker.current?.terminate();
    worker.current = null;
  }, []);
  useEffect(() => stop, [stop]);

  const verify = useCallback(async (read: () => Promise<ArrayBuffer>) => {
    stop();
    // Browsers give WebCrypto only to pages that came over TLS or from this machine.
    if (!globalThis.isSecureContext) {
      setState({ kind: 'failed', error: null, message: 'This browser computes hashes only on pages that came over TLS. Open the console by https, or run: runbooks audit verify FILE' });
      return;
    }

    setState({ kind: 'reading' });
    try {
      const bundle = await read();
      const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      worker.current = started;
      started.onmessage = (message: MessageEvent<FromWorker>) => {
        const { data } = message;
        if (data.kind === 'progress') setState({ kind: 'checking', progress: data.progress });
        else if (data.kind === 'verdict') setState({ kind: 'done', verdict: data.verdict });
        else setState({ kind: 'failed', message: data.message, error: null });
        if (data.kind !== 'progress') stop();
      };
      started.onerror = (event) => setState({ kind: 'failed', message: event.message || 'The worker could not be started.', error: null });
      setState({ kind: 'checking', progress: { done: 0, total: 0 } });
      started.postMessage(bundle, [bundle]);
    } catch (error) {
      setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error), error });
    }
  }, [stop]);
  return { state, verify };
}
