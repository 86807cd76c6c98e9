import { describe, expect, it } from 'vitest';
import { Keyboard } from './shortcuts';

const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

function typed() {
  const done: string[] = [];
  const keyboard = new Keyboard(() => ['g r', '?', 'r'].map((keys) => ({ keys, title: keys, act: () => void done.push(keys) })));
  return { done, keyboard };
}

describe('keys', () => {
  it('go to a page by two letters, one after the other', () => {
    const { done, keyboard } = typed();
    keyboard.press(press('g'), 0);
    keyboard.press(press('r'), 400);
    expect(done).toEqual(['g r']);
  });

  it('forget the first letter after a while', () => {
    const { done, keyboard } = typed();
    keyboard.press(press('g'), 0);
    keyboard.press(press('r'), 5_000);
    expect(done).toEqual(['r']);
  });

  it('leave the browser what is held with Ctrl', () => {
    const { done, keyboard } = typed();
    expect(keyboard.press(press('r', { ctrlKey: true }), 0)).toBe(false);
    expect(done).toEqual([]);
  });
});
