import { createContext, use } from 'react';
import { useLiveState, type LiveState, type LiveStream } from '@/api/live';

export const LiveContext = createContext<LiveStream | null>(null);

export function useLive(): LiveStream {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive is called outside of App.');
  return live;
}

/** Whether what the page shows is current. */
export function useLiveness(): LiveState {
  return useLiveState(useLive());
}
