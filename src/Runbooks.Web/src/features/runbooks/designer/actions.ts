import { createContext, use } from 'react';
import type { Command } from '../document/commands';

/** Does a command; a refusal is shown where the person looks, and nothing has changed. */
export type Act = (label: string, command: Command) => boolean;

/** Puts a sentence into the designer's live region: what a keyboard command did or why it did not. */
export type Say = (sentence: string, tone?: 'plain' | 'refused') => void;

export const SayContext = createContext<Say>(() => undefined);

export const useSay = (): Say => use(SayContext);
