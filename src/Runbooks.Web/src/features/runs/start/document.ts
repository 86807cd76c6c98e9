import { readRunbook } from '@/graph/runbookGraph';
import { objectOf, text } from '../model/records';

/** One input as the runbook declares it. */
export interface InputField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly preset: string | null;
  readonly minLength: number;
  readonly title: string;
}

export interface DeclaredRunbook {
  readonly title: string;
  readonly group: string | null;
  readonly inputs: readonly InputField[];
}

/** What a published version declares about its start. A version was valid when it was published. */
export function declared(document: string): DeclaredRunbook {
  const model = objectOf(readRunbook(document));
  const spec = objectOf(model['spec']);
  const metadata = objectOf(model['metadata']);
  const inputs = Array.isArray(spec['inputs']) ? spec['inputs'] : [];
  return {
    title: text(metadata['title']) ?? text(metadata['name']) ?? '',
    group: text(spec['group']),
    inputs: inputs.map(objectOf).map((input) => ({
      name: text(input['name']) ?? '',
      type: text(input['type']) ?? 'text',
      required: input['required'] === true,
      preset: input['default'] === undefined || input['default'] === null ? null : String(input['default']),
      minLength: typeof input['minLength'] === 'number' ? input['minLength'] : 0,
      title: text(input['title']) ?? text(input['name']) ?? '',
    })),
  };
}
