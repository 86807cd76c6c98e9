import { expect, it } from 'vitest';
import { bindingOption, bindingWords, reachOf, withReach, type Binding } from './bindings';

const operator: Binding = { role: 'operator', group: null, site: null };

it.each([
  ['', 'operator', '--role operator'],
  ['group:orders', 'operator of orders', '--role operator@group:orders'],
  ['site:site-a', 'operator at site-a', '--role operator@site:site-a'],
])('reaches "%s" and says so', (reach, words, option) => {
  const bound = withReach(operator, reach);
  expect(reachOf(bound)).toBe(reach);
  expect(bindingWords(bound)).toBe(words);
  expect(bindingOption(bound)).toBe(option);
});
