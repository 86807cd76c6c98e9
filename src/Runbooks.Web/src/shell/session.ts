import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type Me = components['schemas']['MeView'];
export type Role = components['schemas']['AccessRole'];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => body(api.GET('/api/v1/me')),
  staleTime: 60_000,
  retry: false,
});

/** Whether the person holds one of the roles somewhere. It only hides what the server would refuse. */
export function useMay(...roles: readonly Role[]): boolean {
  const { data } = useQuery(meQuery);
  return data?.roles.some((binding) => binding.role === 'admin' || roles.includes(binding.role)) ?? false;
}
