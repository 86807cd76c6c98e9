import { detailLines } from './detail';
import { text, type RunRecord } from './records';

/** One line about a record; its whole content is on the audit page. */
export function recordWords(record: Pick<RunRecord, 'kind' | 'data' | 'reason'>): string {
  const { data, reason } = record;
  const said = (name: string) => text(data[name]) ?? '';
  switch (record.kind.split('.')[0]) {
    case 'step': return said('question') || short(detailLines(said('detail')).join(' · '));
    case 'activity': return [said('activity'), said('target') && `at ${said('target')}`, said('error')].filter(Boolean).join(' ');
    case 'procedure': return `${said('procedure')} (${said('workflow')})`;
    default: break;
  }

  const parts = [said('signal'), said('choice') && `“${said('choice')}”`, said('state'), said('failure'), reason ?? ''].filter(Boolean);
  return parts.length > 0 ? parts.join(': ') : short(pairs(data));
}

// Times are in their own column already.
function pairs(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data).filter(([name, value]) => name !== 'at' && value !== null && value !== '')
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ');
}

const short = (words: string): string => (words.length > 240 ? `${words.slice(0, 239)}…` : words);
