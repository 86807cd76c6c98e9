import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { ReferenceInput } from './ReferenceInput';
import type { Shape } from './shapes';

export interface FieldContext {
  readonly paths: readonly string[];
  readonly sites: readonly string[];
  readonly workloads: readonly string[];
  /** What is wrong at a path inside the form: `gate.within`. */
  readonly errorAt: (path: string) => string | undefined;
  readonly set: (path: readonly (string | number)[], value: unknown) => void;
  readonly disabled: boolean;
}

interface SchemaFieldsProps {
  readonly shape: Shape;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly context: FieldContext;
}

/** The fields of an object, in the order of its schema. */
export function SchemaFields({ shape, value, path, context }: SchemaFieldsProps) {
  const values = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  const unknown = Object.keys(values).filter((key) => !shape.fields.some(([name]) => name === key));
  return (
    <Stack gap="sm">
      {shape.fields.map(([name, field]) => (
        <SchemaField key={name} name={name} shape={field} value={values[name]} path={[...path, name]} required={shape.required.has(name)} context={context} />
      ))}
      {unknown.map((name) => (
        <Group key={name} gap={6} wrap="nowrap" align="flex-start">
          <Text size="xs" c="red" style={{ flex: 1 }}>{name}: {context.errorAt(textOf([...path, name])) ?? `The key '${name}' is unknown here.`}</Text>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Remove ${name}`} disabled={context.disabled} onClick={() => context.set([...path, name], undefined)}>
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
    </Stack>
  );
}

interface SchemaFieldProps {
  readonly name: string;
  readonly shape: Shape;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly required: boolean;
  readonly context: FieldContext;
}

function SchemaField({ name, shape, value, path, required, context }: SchemaFieldProps) {
  const error = context.errorAt(textOf(path));
  if (shape.type === 'object') {
    return (
      <Fieldset legend={name} p="sm">
        {shape.description ? <Text size="xs" c="dimmed" mb={6}>{shape.description}</Text> : null}
        {error ? <Text size="xs" c="red">{error}</Text> : null}
        <SchemaFields shape={shape} value={value} path={path} context={context} />
      </Fieldset>
    );
  }
  if (shape.type === 'list' && (Array.isArray(value) || value === undefined || value === null)) {
    return <ListField name={name} shape={shape} value={Array.isArray(value) ? value : []} path={path} required={required} context={context} />;
  }
  if (shape.type === 'map') {
    return <MapField name={name} shape={shape} value={value} path={path} context={context} />;
  }
  const written = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
  if (shape.type === 'boolean' && !written.includes('${')) {
    return (
      <Select
        label={name} description={shape.description} size="xs" required={required} error={error} disabled={context.disabled}
        clearable allowDeselect={false} placeholder={shape.default ?? 'not set'} data={['true', 'false']} value={written === '' ? null : written}
        onChange={(next) => context.set(path, next === null ? undefined : next === 'true')}
      />
    );
  }
  return (
    <ReferenceInput
      label={name} description={shape.description} required={required} error={error} disabled={context.disabled}
      placeholder={shape.default ? `${shape.default} when left out` : examples[shape.type]}
      value={written} paths={context.paths} words={wordsFor(shape, context)}
      onCommit={(next) => context.set(path, valueOf(shape, next))}
    />
  );
}

const examples: Readonly<Record<string, string>> = {
  duration: '30s, 15m, 1h30m', url: 'https://…', site: 'a site or ${…}', workload: 'a workload or ${…}', 'recovery-point': 'latest, an id or ${…}',
};

function wordsFor(shape: Shape, context: FieldContext): readonly string[] {
  if (shape.allowed.length > 0) return shape.allowed;
  if (shape.type === 'site') return context.sites;
  if (shape.type === 'workload') return context.workloads;
  return shape.type === 'recovery-point' ? ['latest'] : [];
}

/** What is written for a typed text: numbers for whole-number fields, nothing for an empty one. */
export function valueOf(shape: Shape, typed: string): unknown {
  if (typed === '') return undefined;
  if (shape.type === 'integer' && /^-?\d{1,15}$/.test(typed)) return Number(typed);
  if (shape.type === 'number' && typed.trim() !== '' && !Number.isNaN(Number(typed))) return Number(typed);
  if (shape.type === 'boolean' && (typed === 'true' || typed === 'false')) return typed === 'true';
  return typed;
}

function ListField({ name, shape, value, path, required, context }: Omit<SchemaFieldProps, 'value'> & { readonly value: readonly unknown[] }) {
  const error = context.errorAt(textOf(path));
  const item = shape.item;
  return (
    <Fieldset legend={required ? `${name} *` : name} p="sm">
      <Text size="xs" c="dimmed">{shape.description}</Text>
      {error ? <Text size="xs" c="red">{error}</Text> : null}
      <Stack gap={6} mt={6}>
        {value.map((inner, i) => (
          // The place in the list is all the identity an item has.
          <Group key={i} gap={6} wrap="nowrap" align="flex-end">
            <div style={{ flex: 1 }}>
              {item ? <SchemaField name={`${name} ${i + 1}`} shape={item} value={inner} path={[...path, i]} required={false} context={context} /> : null}
            </div>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name} ${i + 1}`} disabled={context.disabled} onClick={() => context.set(path, value.length === 1 ? undefined : value.filter((_, at) => at !== i))}>
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button variant="default" size="compact-xs" leftSection={<IconPlus size={12} aria-hidden />} disabled={context.disabled} onClick={() => context.set(path, [...value, item?.type === 'object' ? {} : ''])}>
          Add to {name}
        </Button>
      </Stack>
    </Fieldset>
  );
}

function MapField({ name, shape, value, path, context }: Omit<SchemaFieldProps, 'required'>) {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  const free = (): string => {
    for (let n = 1; ; n++) if (!entries.some(([key]) => key === `key-${n}`)) return `key-${n}`;
  };
  return (
    <Fieldset legend={name} p="sm">
      <Text size="xs" c="dimmed">{shape.description}</Text>
      <Stack gap={6} mt={6}>
        {entries.map(([key, inner], i) => (
          <Group key={i} gap={6} wrap="nowrap" align="flex-end">
            <ReferenceInput
              label="key" value={key} paths={[]} disabled={context.disabled}
              onCommit={(next) => { if (next !== '') context.set(path, Object.fromEntries(entries.map(([each, kept]) => [each === key ? next : each, kept]))); }}
            />
            <div style={{ flex: 1 }}>
              <ReferenceInput label="value" value={String(inner)} paths={context.paths} disabled={context.disabled} error={context.errorAt(textOf([...path, key]))} onCommit={(next) => context.set([...path, key], next)} />
            </div>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${key}`} disabled={context.disabled} onClick={() => context.set([...path, key], undefined)}>
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button variant="default" size="compact-xs" leftSection={<IconPlus size={12} aria-hidden />} disabled={context.disabled} onClick={() => context.set([...path, free()], '')}>
          Add to {name}
        </Button>
      </Stack>
    </Fieldset>
  );
}

export const textOf = (path: readonly (string | number)[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
