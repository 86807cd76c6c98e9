import { Text, UnstyledButton } from '@mantine/core';
import { IconAlertOctagonFilled, IconCircleCheckFilled } from '@tabler/icons-react';
import classes from './designer.module.css';
import type { PlacedProblem } from './problems';

/** Everything that stands against publishing; a click goes there. */
export function ProblemsList({ problems, checking, onGo }: { readonly problems: readonly PlacedProblem[]; readonly checking: boolean; readonly onGo: (problem: PlacedProblem) => void }) {
  if (problems.length === 0) {
    return (
      <Text size="sm" p="sm" display="flex" style={{ alignItems: 'center', gap: 6 }}>
        <IconCircleCheckFilled size={16} aria-hidden />
        {checking ? 'Asking the control plane…' : 'No problems: this draft can be published.'}
      </Text>
    );
  }
  return (
    <div>
      {problems.map((problem, i) => (
        <UnstyledButton key={`${problem.path}${i}`} className={classes['row']} w="100%" onClick={() => onGo(problem)}>
          <IconAlertOctagonFilled size={15} aria-hidden className={classes['wrong']} style={{ flex: 'none' }} />
          <span style={{ flex: 1, minWidth: 0 }}>
            {problem.message} <span className={classes['quiet']}>{problem.correction}</span>
          </span>
          <span className={classes['quiet']}>{problem.step ?? problem.path} · line {problem.line}</span>
        </UnstyledButton>
      ))}
    </div>
  );
}
