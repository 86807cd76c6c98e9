import { expect, test } from 'vitest';
import { moved } from './useReveal';

const view = { x: 0, y: 0, zoom: 1 };
const box = (x: number, y: number, width = 200, height = 50) => ({ x, y, width, height });

test('A node in view moves nothing', () => {
  expect(moved(view, box(100, 100), 800, 600)).toBeNull();
});

test('A node beyond an edge moves the view just so far that it is whole', () => {
  expect(moved(view, box(700, 100), 800, 600)).toEqual({ x: -124, y: 0, zoom: 1 });
  expect(moved(view, box(100, -80), 800, 600)).toEqual({ x: 0, y: 104, zoom: 1 });
});

test('A block larger than the canvas shows where it begins', () => {
  expect(moved(view, box(100, 900, 200, 2000), 800, 600)).toEqual({ x: 0, y: -876, zoom: 1 });
});

test('The zoom counts', () => {
  expect(moved({ x: 0, y: 0, zoom: 0.5 }, box(1400, 100), 800, 600)).toEqual({ x: -24, y: 0, zoom: 0.5 });
});
