import { Button } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { EmptyState } from '@/ui/EmptyState';

export function Component() {
  const { pathname } = useLocation();
  return (
    <EmptyState title="There is no page at this address" action={<Button component={Link} to="/">Open the overview</Button>}>
      {pathname} may have been renamed or removed.
    </EmptyState>
  );
}
