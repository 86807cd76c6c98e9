import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { Saver, type Stored } from './saver';

const times = { pauseMs: 100, retryFromMs: 100, retryToMs: 400 };
const problem = (status: number) => new ApiProblem(status, `RB-X-${status}`, 'title', 'why', 'do this', '');

/** A control plane that keeps one draft and fails as it is told to. */
class Server {
  version = 1;
  failures: (ApiProblem | 'applied, then cut')[] = [];
  archived = false;
  puts: string[] = [];

  constructor(public text: string) {}

  stored(): Stored {
    if (this.archived) throw problem(404);
    return { text: this.text, etag: `"${this.version}"`, author: 'somebody', updatedAt: '2026-01-01T00:00:00Z' };
  }

  transport = {
    put: async (text: string, etag: string) => {
      await Promise.resolve();
      this.puts.push(text);
      const failure = this.failures.shift();
      if (failure instanceof ApiProblem) throw failure;
      if (etag !== `"${this.version}"`) throw problem(412);
      this.text = text;
      this.version++;
      if (failure) throw ApiProblem.unreachable(new Error('the line was cut'));
      return { etag: `"${this.version}"` };
    },
    get: async () => { await Promise.resolve(); return this.stored(); },
  };
}

function open(text = 'base') {
  const server = new Server(text);
  const saver = new Saver(server.transport, text, '"1"', times);
  return { server, saver };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('saving a draft', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('saves the last of several changes once, after a pause', async () => {
    const { server, saver } = open();
    saver.changed('a');
    await pass(50);
    saver.changed('ab');
    expect(saver.current().name).toBe('waiting');
    await pass(150);
    expect(server.puts).toEqual(['ab']);
    expect(saver.current().name).toBe('saved');
    expect(saver.unsaved).toBe(false);
  });

  it('saves what was changed while a save was under way', async () => {
    const { server, saver } = open();
    saver.changed('a');
    await vi.advanceTimersByTimeAsync(100);
    saver.changed('b');
    await pass(300);
    expect(server.text).toBe('b');
    expect(saver.current().name).toBe('saved');
  });

  it.each([0, 500, 503, 401, 429])('tries again after %d and loses nothing', async (status) => {
    const { server, saver } = open();
    server.failures = [problem(status), problem(status)];
    saver.changed('a');
    await pass(110);
    expect(saver.current().name).toBe('retrying');
    saver.changed('ab');
    await pass(2000);
    expect(server.text).toBe('ab');
    expect(saver.current().name).toBe('saved');
  });

  it('knows its own save again when only the answer was lost', async () => {
    const { server, saver } = open();
    server.failures = ['applied, then cut'];
    saver.changed('a');
    await pass(1000);
    expect(server.text).toBe('a');
    expect(saver.current().name).toBe('saved');
    saver.changed('b');
    await pass(1000);
    expect(server.text).toBe('b');
  });

  it('stops at somebody else\'s save until a person decides', async () => {
    const { server, saver } = open();
    server.text = 'theirs';
    server.version = 5;
    saver.changed('mine');
    await pass(1000);
    const state = saver.current();
    expect(state.name).toBe('conflict');
    saver.changed('mine, more');
    await pass(5000);
    expect(server.text).toBe('theirs');
    if (state.name === 'conflict') saver.resolve(state.theirs);
    saver.changed('merged');
    await pass(1000);
    expect(server.text).toBe('merged');
  });

  it('shows a newer draft when nothing is unsaved here, and calls it a conflict when something is', async () => {
    const { saver } = open();
    const theirs = { text: 'theirs', etag: '"4"', author: 'x', updatedAt: '' };
    expect(saver.heard({ ...theirs, etag: '"1"' })).toBe(false);
    expect(saver.heard(theirs)).toBe(true);
    saver.changed('mine');
    expect(saver.heard(theirs)).toBe(false);
    expect(saver.current().name).toBe('conflict');
    await pass(5000);
    expect(saver.current().name).toBe('conflict');
  });

  it('says that a runbook is gone, and keeps the text', async () => {
    const { server, saver } = open();
    server.archived = true;
    server.version = 2;
    saver.changed('a');
    await pass(1000);
    expect(saver.current().name).toBe('gone');
    expect(saver.unsaved).toBe(true);
  });

  it('tries again when the proof was of a session before this one: that is no refusal of the role', async () => {
    const { server, saver } = open();
    server.failures = [new ApiProblem(403, 'RB-API-012', 'title', 'why', 'do this', '')];
    saver.changed('a');
    await pass(110);
    expect(saver.current().name).toBe('retrying');
    await pass(500);
    expect(saver.current().name).toBe('saved');
    expect(server.text).toBe('a');
  });

  it.each([[403, 'forbidden'], [400, 'refused'], [413, 'refused']])('shows a %d as %s', async (status, name) => {
    const { server, saver } = open();
    server.failures = [problem(status)];
    saver.changed('a');
    await pass(1000);
    expect(saver.current().name).toBe(name);
    saver.retry();
    await pass(10);
    expect(saver.current().name).toBe('saved');
  });

  it('needs no save when the text is as it was', async () => {
    const { server, saver } = open();
    saver.changed('a');
    saver.changed('base');
    await pass(1000);
    expect(server.puts).toEqual([]);
    expect(saver.current().name).toBe('saved');
  });

  it('knows its own save when it hears of it another way', async () => {
    const { server, saver } = open();
    server.failures = ['applied, then cut'];
    saver.changed('mine');
    await pass(100);
    expect(saver.current().name).toBe('retrying');
    expect(saver.heard(server.stored())).toBe(false);
    expect(saver.current().name).toBe('saved');
    expect(saver.unsaved).toBe(false);
  });
});
