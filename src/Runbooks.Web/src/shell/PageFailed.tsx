import { Button, Stack } from '@mantine/core';
import { useEffect } from 'react';
import { useLocation, useRouteError } from 'react-router';
import { addresses } from '@/api/address';
import { ApiProblem } from '@/api/problem';
import { Refused } from '@/ui/Refused';

/** A page that failed says so in its own place; the rest of the console lives on. */
export function PageFailed() {
  const error = useRouteError();
  const { pathname, search } = useLocation();
  const { here } = addresses.current();
  // A page that was not loaded before its control plane died is loaded from the one that took over.
  const elsewhere = here !== '' && !(error instanceof ApiProblem) ? here + pathname + search : null;
  useEffect(() => {
    if (elsewhere !== null) window.location.replace(elsewhere);
  }, [elsewhere]);
  return (
    <Stack p="lg" align="flex-start">
      <Refused error={error} />
      <Button onClick={() => window.location.reload()}>Load the page again</Button>
    </Stack>
  );
}
