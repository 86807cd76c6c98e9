import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '@/api/problem';

/** Everything the console has read from the control plane. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Views are read again when an event names them; the interval is for what no event tells.
      staleTime: 5_000,
      retry: (failures, error) => failures < 3 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
    mutations: { retry: false },
  },
});
