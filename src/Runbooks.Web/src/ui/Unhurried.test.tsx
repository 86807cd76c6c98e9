import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Unhurried } from './Unhurried';

let drawn: string[] = [];

const chosen = (step: string, atOnce = false) => (
  <Unhurried subject={step} meanwhile={<Note text={`opening ${step}`} />} atOnce={atOnce}><Note text={`form of ${step}`} /></Unhurried>
);

function Note({ text }: { readonly text: string }) {
  drawn.push(text);
  return <p>{text}</p>;
}

it('never leaves the content of another subject standing while its own is drawn', () => {
  const { rerender } = render(chosen('first'));
  drawn = [];
  rerender(chosen('second'));
  expect(drawn[0]).toBe('opening second');
  expect(drawn).not.toContain('form of first');
  expect(screen.getByText('form of second')).toBeTruthy();
});

it('draws at once what is small', () => {
  const { rerender } = render(chosen('first', true));
  drawn = [];
  rerender(chosen('second', true));
  expect(drawn[0]).toBe('form of second');
});
