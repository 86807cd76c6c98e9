import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import type { InputField } from './document';

interface InputControlProps {
  readonly input: InputField;
  readonly group: string;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

/** One declared input as the control of its type; sites, workloads and recovery points are chosen from what there is. */
export function InputControl({ input, group, value, error, onChange }: InputControlProps) {
  const common = { label: input.title, required: input.required, error: error ?? undefined } as const;
  switch (input.type) {
    case 'boolean':
      return <Checkbox label={input.title} checked={value === 'true'} onChange={(event) => onChange(String(event.currentTarget.checked))} />;
    case 'integer':
      return <NumberInput {...common} allowDecimal={false} value={value} onChange={(next) => onChange(String(next))} />;
    case 'site':
      return <Sites {...common} value={value} onChange={onChange} />;
    case 'workload':
      return <Workloads {...common} group={group} value={value} onChange={onChange} />;
    case 'recoveryPoint':
      return <Points {...common} value={value} onChange={onChange} />;
    default:
      return (
        <TextInput
          {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)}
          description={input.type === 'duration' ? 'such as 30s, 10m, 1h' : input.minLength > 0 ? `at least ${input.minLength} characters` : undefined}
        />
      );
  }
}

interface ChoiceProps {
  readonly label: string;
  readonly required: boolean;
  readonly error: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Choice({ options, onChange, value, ...rest }: ChoiceProps & { readonly options: readonly { value: string; label: string }[] }) {
  return <Select {...rest} data={options} value={value === '' ? null : value} onChange={(next) => onChange(next ?? '')} searchable={options.length > 8} />;
}

function Sites(props: ChoiceProps) {
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  return <Choice {...props} options={(sites.data?.items ?? []).map((site) => ({ value: site.id, label: site.title === site.id ? site.id : `${site.title} (${site.id})` }))} />;
}

function Workloads({ group, ...props }: ChoiceProps & { readonly group: string }) {
  const found = useQuery({
    queryKey: ['workloads', 'of', group],
    queryFn: () => body(api.GET('/api/v1/workloads', { params: { query: group === '' ? {} : { group } } })),
  });
  return <Choice {...props} options={(found.data?.items ?? []).map((workload) => ({ value: workload.id, label: workload.title }))} />;
}

function Points(props: ChoiceProps) {
  const points = useQuery({ queryKey: ['recovery-points', 'to choose'], queryFn: () => body(api.GET('/api/v1/recovery-points', { params: { query: { limit: 100 } } })) });
  const now = useNow().getTime();
  const options = (points.data?.items ?? []).map((point) => ({
    value: point.id, label: `${point.workload ?? point.site} · ${duration(Math.max(0, (now - Date.parse(point.at)) / 1000))} old`,
  }));
  return <Choice {...props} options={[{ value: 'latest', label: 'latest' }, ...options]} />;
}
