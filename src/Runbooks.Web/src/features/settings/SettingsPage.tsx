import { Stack, Tabs, Title } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { useCan } from '@/shell/session';
import { About } from './About';
import { Account } from './Account';
import { ControlPlane } from './ControlPlane';
import { Installation } from './Installation';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';
import { Users } from './Users';

/** Each section has an address of its own. */
export function Component() {
  const { section = 'account' } = useParams();
  const navigate = useNavigate();
  const users = useCan('listUsers');
  const tokens = useCan('listTokens');
  const sections = [
    { id: 'account', title: 'My account', part: <Account /> },
    { id: 'sessions', title: 'Sessions', part: <Sessions /> },
    ...(users ? [{ id: 'users', title: 'Users and roles', part: <Users /> }] : []),
    ...(tokens ? [{ id: 'tokens', title: 'Tokens', part: <Tokens /> }] : []),
    { id: 'installation', title: 'Installation', part: <Installation /> },
    { id: 'control-plane', title: 'Control plane', part: <ControlPlane /> },
    { id: 'about', title: 'About', part: <About /> },
  ];
  const open = sections.some((each) => each.id === section) ? section : 'account';
  return (
    <Stack>
      <Title order={1}>Settings</Title>
      <Tabs value={open} keepMounted={false} onChange={(next) => void navigate(`/settings/${next}`)}>
        <Tabs.List mb="md">{sections.map((each) => <Tabs.Tab key={each.id} value={each.id}>{each.title}</Tabs.Tab>)}</Tabs.List>
        {sections.map((each) => <Tabs.Panel key={each.id} value={each.id}>{each.part}</Tabs.Panel>)}
      </Tabs>
    </Stack>
  );
}
