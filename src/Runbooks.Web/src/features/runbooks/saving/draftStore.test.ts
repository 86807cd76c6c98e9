import { expect, it } from 'vitest';
import { DraftStore, type KeptDraft } from './draftStore';

/** A browser's storage, with as much room as is said. */
class Shelf implements Storage {
  [name: string]: unknown;
  constructor(private readonly room = Infinity) { Object.defineProperty(this, 'room', { enumerable: false }); }
  get length(): number { return Object.keys(this).length; }
  clear(): void { for (const key of Object.keys(this)) this.removeItem(key); }
  key(index: number): string | null { return Object.keys(this)[index] ?? null; }
  getItem(key: string): string | null { return Object.hasOwn(this, key) ? (this[key] as string) : null; }
  removeItem(key: string): void { Reflect.deleteProperty(this, key); }
  setItem(key: string, value: string): void {
    if (value.length > this.room) throw new DOMException('full', 'QuotaExceededError');
    this[key] = value;
  }
}

const draft = (editor: string, at = '2026-01-01T00:00:00Z'): KeptDraft => ({ editor, saved: 'saved', etag: '"3"', at });

it('gives a tab its own state back, and a new tab the last one of that person', () => {
  const browser = new Shelf();
  const first = new DraftStore('nora', 'shop', new Shelf(), browser);
  const second = new DraftStore('nora', 'shop', new Shelf(), browser);
  first.keep(draft('first'));
  second.keep(draft('second'));
  expect(first.read()?.editor).toBe('first');
  expect(new DraftStore('nora', 'shop', new Shelf(), browser).read()?.editor).toBe('second');
  expect(new DraftStore('emil', 'shop', new Shelf(), browser).read()).toBeNull();
  expect(new DraftStore('nora', 'other', new Shelf(), browser).read()).toBeNull();
});

it('keeps nothing in the browser that is acknowledged, and the tab its history', () => {
  const [tab, browser] = [new Shelf(), new Shelf()];
  const store = new DraftStore('nora', 'shop', tab, browser);
  store.keep(draft('mine'));
  store.acknowledged();
  expect(browser.length).toBe(0);
  expect(store.read()?.editor).toBe('mine');
});

it('gives way to newer drafts, the oldest first', () => {
  const browser = new Shelf();
  for (let i = 0; i < 12; i++) new DraftStore('nora', `book-${i}`, new Shelf(), browser).keep(draft('x', `2026-01-${String(i + 10)}T00:00:00Z`));
  expect(browser.length).toBe(8);
  expect(browser.getItem('runbooks.draft.nora.book-3')).toBeNull();
  expect(browser.getItem('runbooks.draft.nora.book-11')).not.toBeNull();
});

it('survives a full storage and what somebody else wrote there', () => {
  const store = new DraftStore('nora', 'shop', new Shelf(10), new Shelf(10));
  store.keep(draft('x'.repeat(100)));
  expect(store.read()).toBeNull();
  const broken = new Shelf();
  broken.setItem('runbooks.draft.nora.shop', '{"editor":1}');
  expect(new DraftStore('nora', 'shop', broken, new Shelf()).read()).toBeNull();
});
