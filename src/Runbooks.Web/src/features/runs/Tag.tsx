import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface TagProps {
  readonly colour: 'red' | 'teal' | 'gray' | 'amber' | 'violet';
  readonly dashed?: boolean;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** A word in a frame, dark enough to be read in both schemes. */
export function Tag({ colour, dashed = false, icon, children }: TagProps) {
  return (
    <Text
      span fz={11} fw={600} px={6}
      style={{
        border: `1px ${dashed ? 'dashed' : 'solid'} ${colour === 'gray' ? 'var(--mantine-color-default-border)' : 'currentColor'}`, borderRadius: 4, whiteSpace: 'nowrap', flex: 'none', lineHeight: '16px',
        color: `light-dark(var(--mantine-color-${colour}-9), var(--mantine-color-${colour}-3))`, display: 'inline-flex', alignItems: 'center', gap: 3,
      }}
    >
      {icon}{children}
    </Text>
  );
}

export function RealOrTest({ real }: { readonly real: boolean }) {
  return <Tag colour={real ? 'red' : 'teal'} dashed={!real}>{real ? 'REAL' : 'TEST'}</Tag>;
}
