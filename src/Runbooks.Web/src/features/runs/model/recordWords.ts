import { text, type AuditRecord } from './records';

/** One line about a record; its whole content is on the audit page. */
export function recordWords(record: AuditRecord): string {
  const { data, reason } = record;
  const said = (name: string) => text(data[name]) ?? '';
  switch (record.kind.split('.')[0]) {
    case 'step': return said('question') || short(said('detail'));
    case 'activity': return [said('activity'), said('target') && `at ${said('target')}`, said('error')].filter(Boolean).join(' ');
    case 'procedure': return `${said('procedure')} (${said('workflow')})`;
    default: break;
  }

  const parts = [said('signal'), said('choice') && `“${said('choice')}”`, said('state'), said('failure'), reason ?? ''].filter(Boolean);
  return parts.length > 0 ? parts.join(': ') : short(JSON.stringify(data) === '{}' ? '' : JSON.stringify(data));
}

const short = (words: string): string => (words.length > 240 ? `${words.slice(0, 239)}…` : words);
