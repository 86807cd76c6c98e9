import { expect, it } from 'vitest';
import { nextAddress } from './nextAddress';

it.each(['https://other.example', '//other.example', '/\\other.example', 'javascript:alert(1)', null, '/signin'])(
  'does not leave the console for %s',
  (asked) => expect(nextAddress(asked)).toBe('/'),
);

it('goes back to the page that asked for the sign-in', () => {
  expect(nextAddress('/runs/r-1?step=fence')).toBe('/runs/r-1?step=fence');
});
