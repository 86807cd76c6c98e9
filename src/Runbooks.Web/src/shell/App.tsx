import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { RouterProvider } from 'react-router';
import { LiveStream } from '@/api/live';
import { styleNonce } from '@/nonce';
import { theme } from '@/theme';
import { LiveContext } from './live';
import { router } from './routes';
import { Freshener } from './freshener';
import { invalidatedBy } from './invalidation';
import { queries } from './queries';
import { meQuery } from './session';

const freshener = new Freshener(queries);
// Who is here is asked while the page's code is still loaded; every page waits for both.
if (!window.location.pathname.startsWith('/signin')) void queries.prefetchQuery(meQuery);

export function App() {
  const live = useMemo(() => new LiveStream(() => void queries.invalidateQueries()), []);
  useEffect(
    () =>
      live.listen((event) => {
        for (const key of invalidatedBy(event)) freshener.touch(key);
      }),
    [live],
  );
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
