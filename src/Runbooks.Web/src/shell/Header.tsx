import { ActionIcon, Badge, Box, Group, Kbd, Text, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { useNow } from '@/ui/now';
import { chooseZone, useZone } from '@/ui/zone';
import { openPalette } from './Commands';
import { useLiveness } from './live';
import type { Me } from './session';

const PersonMenu = lazy(() => import('./PersonMenu'));

export function Header({ me }: { readonly me: Me }) {
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <UnstyledButton component={Link} to="/">
        <Text fw={800} size="lg">Runbooks</Text>
      </UnstyledButton>
      <Environment />
      <SearchField />
      <Group gap="md" wrap="nowrap">
        <Liveness />
        <Clock />
        <SchemeSwitch />
        <Person me={me} />
      </Group>
    </Group>
  );
}

/** Which installation this is: the word that keeps two open tabs apart. */
function Environment() {
  const { data } = useQuery({ queryKey: ['settings'], queryFn: () => body(api.GET('/api/v1/settings')), staleTime: 300_000 });
  return data?.environment ? <Badge variant="default" radius="sm" tt="none">{data.environment}</Badge> : null;
}

// Looks like a field and opens the palette: one place to type, wherever one begins.
function SearchField() {
  return (
    <UnstyledButton
      onClick={openPalette} w={280} h={30} px="sm" fz="sm" c="dimmed" visibleFrom="sm"
      bd="1px solid light-dark(var(--mantine-color-gray-5), var(--mantine-color-dark-3))" style={{ borderRadius: 6 }}
    >
      <Group gap="sm" wrap="nowrap">
        <IconSearch size={14} aria-hidden />
        Search
        <Kbd size="xs" ml="auto">Ctrl K</Kbd>
      </Group>
    </UnstyledButton>
  );
}

function Liveness() {
  const state = useLiveness();
  const zone = useZone();
  if (state.name === 'live') {
    return (
      <Badge variant="default" role="status" leftSection={<Box w={8} h={8} bg="light-dark(var(--mantine-color-teal-8), var(--mantine-color-teal-3))" style={{ borderRadius: 4 }} />}>
        live
      </Badge>
    );
  }
  const since = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone }).format(state.since);
  return (
    <Badge variant="filled" color={state.name === 'stale' ? 'red.9' : 'gray.7'} role="status">
      {state.name === 'stale' ? `stale since ${since}` : 'connecting'}
    </Badge>
  );
}

function Clock() {
  const now = useNow();
  const zone = useZone();
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone }).format(now);
  return (
    <Tooltip label={zone === 'UTC' ? 'Show times in the zone of this machine' : 'Show times in UTC'}>
      <UnstyledButton onClick={() => chooseZone(zone === 'UTC' ? 'local' : 'UTC')} fz="sm">
        {time} {zone}
      </UnstyledButton>
    </Tooltip>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Use the ${next} colours`} onClick={() => setColorScheme(next)}>
      {scheme === 'dark' ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

// The menu itself, with what places it, is loaded by whoever opens it.
function Person({ me }: { readonly me: Me }) {
  const [open, setOpen] = useState<boolean | null>(null);
  const again = useRef<HTMLButtonElement>(null);
  // Closing the menu takes its button away; this one is in its place, and takes the keyboard that nobody has then.
  useEffect(() => {
    if (open === false && document.activeElement === document.body) again.current?.focus();
  }, [open]);
  const name = <UnstyledButton ref={again} fz="sm" fw={600} aria-haspopup="menu" onClick={() => setOpen(true)}>{me.name}</UnstyledButton>;
  return open ? <Suspense fallback={name}><PersonMenu me={me} onClose={() => setOpen(false)} /></Suspense> : name;
}
