import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { IconHelpCircleFilled } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { meQuery } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { exact } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { useRunRefresh, type QuestionView, type RunView } from '../data';

interface QuestionPanelProps {
  readonly run: RunView;
  readonly question: QuestionView;
  readonly step: string;
}

/** What the run asks, answered in place; every choice is its own button with its own word. */
export function QuestionPanel({ run, question, step }: QuestionPanelProps) {
  const now = useNow();
  const zone = useZone();
  const me = useQuery(meQuery);
  // Exactly this role: being an administrator does not answer for an approver.
  const may = me.data?.roles.some((binding) => binding.role === question.of) ?? false;
  const [reason, setReason] = useState('');
  const refresh = useRunRefresh(run.id);
  const answer = useMutation({
    mutationFn: (choice: string) => body(api.POST('/api/v1/runs/{run}/signals', {
      params: { path: { run: run.id } },
      body: { signal: 'answer', reason: reason === '' ? null : reason, question: question.id, choice, step: null },
    })),
    onSuccess: refresh,
  });
  const left = (Date.parse(question.deadline) - now.getTime()) / 1000;
  const needsReason = question.choices.includes('skip');
  return (
    <Paper withBorder p="sm" style={{ borderColor: 'light-dark(var(--mantine-color-violet-7), var(--mantine-color-violet-4))', borderWidth: 2 }} role="group" aria-label={`Question of ${step}`}>
      <Stack gap="xs">
        <Group gap={6} wrap="nowrap" align="flex-start">
          <IconHelpCircleFilled size={18} aria-hidden color="light-dark(var(--mantine-color-violet-8), var(--mantine-color-violet-3))" style={{ flex: 'none', marginTop: 2 }} />
          <div>
            <Text fw={600}>{question.text.replace(instant, (at) => exact(new Date(at), zone))}</Text>
            <Text size="sm" c="dimmed">
              {step} asks {question.of === 'approver' || question.of === 'operator' || question.of === 'admin' || question.of === 'auditor' || question.of === 'author' ? `an ${question.of}` : question.of}
              {' · '}
              {left > 0 ? `without an answer within ${duration(left)} it counts as “${question.default}”` : `the deadline is over: it counts as “${question.default}”`}
            </Text>
          </div>
        </Group>
        {may ? (
          <Group gap="xs" align="flex-end">
            <TextInput
              label={needsReason ? 'Reason (asked for to skip)' : 'Reason'} size="xs" value={reason} style={{ flex: 1, minWidth: 220 }}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {question.choices.map((choice) => (
              <Button
                key={choice} variant={choice === question.default ? 'default' : 'outline'} color={danger(choice) ? 'red' : 'indigo'}
                disabled={answer.isPending || (choice === 'skip' && reason.trim().length < 3)} onClick={() => answer.mutate(choice)}
              >
                {answer.isPending && answer.variables === choice ? 'Answering…' : capital(choice)}
              </Button>
            ))}
            <CommandLine compact command={`runbooks run answer ${run.id} ${question.choices[0] ?? ''} --question "${question.id}"`} />
          </Group>
        ) : <Text size="sm">You have not the role {question.of}; a colleague who has can answer here.</Text>}
        {answer.isSuccess ? <Text size="sm" role="status">Answered “{answer.variables}”. The run goes on as soon as it has heard it.</Text> : null}
        <Refused error={answer.error} />
      </Stack>
    </Paper>
  );
}

// Instants in a question's text, as programs write them.
const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const danger = (choice: string): boolean => /^(abort|accept|no|reject)/.test(choice);
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).replaceAll('-', ' ');
