import { Menu, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { api } from '@/api/client';
import { bindingWords } from '@/features/settings/bindings';
import type { Me } from './session';

interface PersonMenuProps {
  readonly me: Me;
  readonly onClose: () => void;
}

/** Who is signed in, as what, and the way out. */
export default function PersonMenu({ me, onClose }: PersonMenuProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    await api.DELETE('/api/v1/session');
    queries.clear();
    await navigate('/signin');
  };
  return (
    <Menu defaultOpened onClose={onClose} position="bottom-end">
      <Menu.Target>
        <UnstyledButton fz="sm" fw={600}>{me.name}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.roles.map(bindingWords).join(', ')}</Menu.Label>
        <Menu.Item component={Link} to="/settings/account">Your account</Menu.Item>
        <Menu.Item component={Link} to="/settings/sessions">Your sessions</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
