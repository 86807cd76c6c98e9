import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, body, provesItselfBy } from '@/api/client';
import type { components, operations } from '@/api/schema';

export type Me = components['schemas']['SessionView'];
export type Role = components['schemas']['AccessRole'];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await body(api.GET('/api/v1/session'));
    provesItselfBy(me.antiforgery);
    return me;
  },
  staleTime: 60_000,
  retry: false,
});

/** Whether the person holds one of the roles somewhere. It only hides what the server would refuse. */
export function useMay(...roles: readonly Role[]): boolean {
  const { data } = useQuery(meQuery);
  return data?.roles.some((binding) => binding.role === 'admin' || roles.includes(binding.role)) ?? false;
}

/** Whether the person's roles permit the operation somewhere. It only hides what the server would refuse. */
export function useCan(operation: keyof operations): boolean {
  const { data } = useQuery(meQuery);
  return data?.operations.includes(operation) ?? false;
}
