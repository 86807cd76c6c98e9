import { describe, expect, it } from 'vitest';
import type { PlanNode, StepView } from '../data';
import { detailLines } from '../model/detail';
import { stepRows } from './rows';

const step = (path: string, state: string) => ({ path, ordinal: 1, title: path, state, attempts: 0, detail: '' }) as unknown as StepView;
const plan = (path: string, more: Partial<PlanNode> = {}) =>
  ({ path, title: path, irreversible: false, compensation: null, ...more }) as unknown as PlanNode;

describe('the rows of a run', () => {
  it('follow the plan, with what a step did inside under it and what is not reached waiting', () => {
    const rows = stepRows(
      [step('protect', 'succeeded'), step('protect/1', 'succeeded'), step('stop', 'running'), step('protect/reprotect/catch-up/1', 'succeeded')],
      [plan('protect'), plan('stop'), plan('switch', { irreversible: true })],
    );
    expect(rows.map((row) => [row.path, row.depth, row.state])).toEqual([
      ['protect', 0, 'succeeded'], ['protect/1', 1, 'succeeded'], ['protect/reprotect/catch-up/1', 2, 'succeeded'],
      ['stop', 0, 'running'], ['switch', 0, 'waiting'],
    ]);
    expect(rows.at(-1)?.irreversible).toBe(true);
  });

  it('need no plan', () => {
    expect(stepRows([step('1', 'running')], []).map((row) => row.path)).toEqual(['1']);
  });

  it('say a result in words and leave prose alone', () => {
    expect(detailLines('{"sentBytes":4096,"keptPoints":[]}')).toEqual(['sent bytes: 4096', 'kept points: none']);
    expect(detailLines('{"points":{"db-1":"rp_1"}}')).toEqual(['points: db-1 rp_1']);
    expect(detailLines('{}')).toEqual([]);
    expect(detailLines('4 KiB sent')).toEqual(['4 KiB sent']);
    expect(detailLines('{broken')).toEqual(['{broken']);
  });
});
