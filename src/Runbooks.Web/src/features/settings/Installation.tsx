import { Button, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { Facts } from '@/features/workloads/WorkloadSettings';
import { useCan } from '@/shell/session';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';

type Settings = components['schemas']['SettingsView'];

export function Installation() {
  const { data, error } = useQuery({
    queryKey: ['settings', 'with-version'],
    queryFn: async () => {
      const { data: settings, response } = await api.GET('/api/v1/settings');
      return { settings: settings as Settings, etag: response.headers.get('ETag') ?? '' };
    },
  });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading the settings…" />;
  return <Form key={data.etag} settings={data.settings} etag={data.etag} />;
}

function Form({ settings, etag }: { readonly settings: Settings; readonly etag: string }) {
  const [environment, setEnvironment] = useState(settings.environment);
  const [days, setDays] = useState(settings.drillEveryDays);
  const [zone, setZone] = useState(settings.timeZone);
  const may = useCan('changeSettings');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => body(api.PATCH('/api/v1/settings', {
      headers: { 'If-Match': etag }, body: { environment, drillEveryDays: days, timeZone: zone },
    })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['settings'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Stack gap="xl">
      <form onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          <TextInput label="Environment" description="Stands in every page’s header" value={environment} disabled={!may} onChange={(event) => setEnvironment(event.currentTarget.value)} />
          <NumberInput label="A group is drilled every" suffix=" days" min={1} value={days} disabled={!may} onChange={(value) => setDays(Number(value))} />
          <TextInput label="Time zone of calendars" value={zone} disabled={!may} onChange={(event) => setZone(event.currentTarget.value)} />
          <Refused error={save.error} />
          {may ? <Button type="submit" loading={save.isPending} style={{ alignSelf: 'flex-start' }}>Save</Button> : <Text size="sm">An administrator may change these.</Text>}
        </Stack>
      </form>
      <Facts
        label="Set where the control plane is started"
        rows={[
          ['a session ends after', `${duration(settings.sessionIdleSeconds)} without use, ${duration(settings.sessionLifeSeconds)} in all`],
          ['agent certificates live', duration(settings.agentCertificateLifeSeconds)],
          ['HTTP steps may call', settings.httpAllow.join(', ') || 'public addresses only'],
        ]}
      />
    </Stack>
  );
}
