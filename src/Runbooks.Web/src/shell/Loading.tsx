import { Waiting } from '@/ui/Waiting';

/** Shown while the first page's own code is on its way. */
export function Loading() {
  return <Waiting what="Loading the console…" />;
}
