import { Autocomplete, Badge, Group, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { useCommitted } from '../designer/useDesigner';

interface ReferenceInputProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly required?: boolean | undefined;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onCommit: (value: string) => void;
  /** What a reference may name here. */
  readonly paths: readonly string[];
  /** Words of the field's own: names of sites, allowed words. */
  readonly words?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** One value: words are proposed as it is typed, and references after `${`; those in it are shown as chips. */
export function ReferenceInput({ value, onCommit, paths, words = [], ...field }: ReferenceInputProps) {
  const [typed, change, flush] = useCommitted(value, onCommit);
  const proposals = useMemo(() => propose(typed, paths, words), [typed, paths, words]);
  const names = [...typed.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map((match) => match[1] ?? '');
  return (
    <div>
      <Autocomplete
        label={field.label}
        description={field.description}
        placeholder={field.placeholder ?? ''}
        required={field.required ?? false}
        error={field.error}
        disabled={field.disabled ?? false}
        size="xs"
        value={typed}
        onChange={change}
        onBlur={flush}
        data={proposals}
        filter={({ options }) => options}
        limit={12}
        comboboxProps={{ withinPortal: true }}
        spellCheck={false}
      />
      {names.length > 0 ? (
        <Group gap={4} mt={4}>
          {names.map((name, i) => <Chip key={`${name}${i}`} name={name} known={isKnown(name, paths)} />)}
        </Group>
      ) : null}
    </div>
  );
}

function Chip({ name, known }: { readonly name: string; readonly known: boolean }) {
  return (
    <Tooltip label={known ? `Its value is put in when the run reaches the step: ${name}` : `'${name}' names nothing that is visible here`}>
      <Badge size="sm" radius="sm" variant={known ? 'light' : 'outline'} color={known ? 'indigo' : 'red'} tt="none" ff="monospace" maw="100%">
        {known ? name : `${name} — unknown`}
      </Badge>
    </Tooltip>
  );
}

function isKnown(name: string, paths: readonly string[]): boolean {
  const bare = name.replaceAll(/\[[^\]]*\]/g, '');
  return bare.startsWith('secrets.') || paths.some((path) => bare === path || bare.startsWith(`${path}.`));
}

/** Endings of an open `${`, or whole values while nothing is typed. */
export function propose(typed: string, paths: readonly string[], words: readonly string[]): string[] {
  const open = /\$\{([^}]*)$/.exec(typed);
  if (open) {
    const begun = (open[1] ?? '').toLowerCase();
    const before = typed.slice(0, open.index);
    return paths.filter((path) => path.toLowerCase().includes(begun)).map((path) => `${before}\${${path}}`);
  }
  const matching = words.filter((word) => word.toLowerCase().includes(typed.toLowerCase()) && word !== typed);
  return typed === '' ? [...words, ...paths.slice(0, 8).map((path) => `\${${path}}`)] : matching;
}
