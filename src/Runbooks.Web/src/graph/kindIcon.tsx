import {
  IconAffiliate, IconBell, IconBinaryTree, IconClockPause, IconDatabase, IconEye, IconGavel, IconHierarchy3, IconHistory, IconRepeat, IconRoute,
  IconServer2, IconSquareAsterisk, IconTestPipe, IconUserCheck, IconWorld, IconArrowsSplit2, IconLayoutList,
} from '@tabler/icons-react';
import type { BlockShape } from './model';

type Icon = typeof IconBell;

// The first matching beginning wins.
const byKind: readonly (readonly [string, Icon])[] = [
  ['site.', IconEye],
  ['group.', IconHierarchy3],
  ['workload.', IconServer2],
  ['database.', IconDatabase],
  ['drill.', IconTestPipe],
  ['recovery-point.', IconHistory],
  ['probe', IconRoute],
  ['http', IconWorld],
  ['dns', IconWorld],
  ['load-balancer', IconArrowsSplit2],
  ['notify', IconBell],
  ['approval', IconGavel],
  ['manual', IconUserCheck],
  ['delay', IconClockPause],
  ['condition', IconBinaryTree],
  ['runbook', IconAffiliate],
];

const byShape: Readonly<Record<BlockShape, Icon>> = {
  sequence: IconLayoutList,
  parallel: IconArrowsSplit2,
  'for-each': IconRepeat,
};

/** The icon of a step kind or of a block's shape. */
export function KindIcon({ kind, shape, size = 16 }: { readonly kind: string | null; readonly shape?: BlockShape | undefined; readonly size?: number }) {
  const Found = (kind === null ? shape && byShape[shape] : byKind.find(([start]) => kind.startsWith(start))?.[1]) ?? IconSquareAsterisk;
  return <Found size={size} aria-hidden style={{ flex: 'none' }} />;
}
