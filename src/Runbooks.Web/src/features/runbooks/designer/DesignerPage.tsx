import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { ApiProblem } from '@/api/problem';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { meQuery } from '@/shell/session';
import { draftQuery } from '../queries';
import { Designer } from './Designer';
import { storedOf } from './useDesigner';

/** Opens the draft; once open, the designer lives on whatever the server answers later. */
export function Component() {
  const { name = '' } = useParams();
  const draft = useQuery(draftQuery(name));
  const me = useQuery(meQuery);
  if (draft.data && me.data) {
    const gone = draft.error instanceof ApiProblem && draft.error.status === 404 ? draft.error : null;
    return <Designer key={name} name={name} person={me.data.userId} opened={storedOf(draft.data)} runbook={draft.data.runbook} gone={gone} />;
  }
  if (draft.isPending || me.isPending) return <Waiting what={`Opening the draft of ${name}…`} />;
  if (draft.error instanceof ApiProblem && draft.error.status === 404) {
    return <EmptyState title="There is no such runbook" command="runbooks runbook list">{name} may have been archived or renamed. The list of runbooks shows what there is.</EmptyState>;
  }
  return <Refused error={draft.error} title="The draft could not be opened." />;
}
