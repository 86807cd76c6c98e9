import { pathBetween } from '@/graph/neighbours';
import type { GraphEdge } from '@/graph/model';
import { siblingsOf, type ReadStep, type Reading } from './reading';

/** What a step waits for, as the compiler reads it: its needs, else the sibling before it, else (in parallel) nobody. */
export function needsOf(reading: Reading, step: ReadStep): readonly string[] {
  const said = explicitNeeds(step);
  if (said) return said;
  if (step.parent?.data['parallel'] === true || step.index === 0) return [];
  const previous = siblingsOf(reading, step)[step.index - 1];
  return previous ? [previous.id] : [];
}

export function explicitNeeds(step: ReadStep): readonly string[] | null {
  const needs = step.data['needs'];
  return Array.isArray(needs) ? needs.map(String) : null;
}

/** The cycle that `to` waiting for `from` would close, both ends named; null when there is none. */
export function cycleBy(reading: Reading, from: ReadStep, to: ReadStep): readonly string[] | null {
  const path = pathBetween(to.id, from.id, orderOf(reading, to));
  return path ? [...path, to.id] : null;
}

export function orderOf(reading: Reading, among: ReadStep): GraphEdge[] {
  return siblingsOf(reading, among).flatMap((step) => needsOf(reading, step).map((need) => ({ from: need, to: step.id })));
}
