import { Button, Stack } from '@mantine/core';
import { useRouteError } from 'react-router';
import { Refused } from '@/ui/Refused';

/** A page that failed says so in its own place; the rest of the console lives on. */
export function PageFailed() {
  const error = useRouteError();
  return (
    <Stack p="lg" align="flex-start">
      <Refused error={error} />
      <Button onClick={() => window.location.reload()}>Load the page again</Button>
    </Stack>
  );
}
