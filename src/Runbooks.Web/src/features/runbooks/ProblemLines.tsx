import { Button, List, Text } from '@mantine/core';
import { useState } from 'react';

const shownAtFirst = 6;

/** What is wrong with a file, each with its place; the first of many, the rest when asked for. */
export function ProblemLines({ problems }: { readonly problems: readonly string[] }) {
  const [all, setAll] = useState(false);
  if (problems.length === 0) return null;
  const shown = all ? problems : problems.slice(0, shownAtFirst);
  return (
    <div>
      <List size="sm" spacing={4}>{shown.map((problem, i) => <List.Item key={i}><Text size="sm" style={{ overflowWrap: 'anywhere' }}>{problem}</Text></List.Item>)}</List>
      {shown.length < problems.length ? <Button variant="default" size="compact-xs" mt={6} onClick={() => setAll(true)}>Show {problems.length - shown.length} more</Button> : null}
    </div>
  );
}
