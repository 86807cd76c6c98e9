import type { components } from '@/api/schema';

type OnLinkLoss = components['schemas']['OnLinkLoss'];

/** What a link-loss policy means for the guest and for the data, in the words of the operator pages. */
export const lossWords: Readonly<Record<OnLinkLoss, { readonly title: string; readonly text: string }>> = {
  arbitrate: {
    title: 'Ask, then go on alone',
    text: 'The primary asks the control plane, which records since when the copy is behind. Writes go on after at most the time below; a failover knows exactly what would be lost.',
  },
  suspend: {
    title: 'Writes wait',
    text: 'No write is acknowledged unless both sites have it: never a loss, and the machine stands still while the link is down.',
  },
  continue: {
    title: 'Go on at once, without asking',
    text: 'Production first: writes never wait. A later failover must say that completeness is unknown.',
  },
};
