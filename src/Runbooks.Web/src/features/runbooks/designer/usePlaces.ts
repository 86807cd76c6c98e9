import { useCallback, useEffect, useState } from 'react';
import { readLayout, saveLayout } from '../queries';
import { PlaceKeeper, type Places } from '../saving/placeKeeper';
import type { Say } from './actions';

const none: Places = new Map();

/** Where people put nodes: read from the server once, kept there a moment after each move. */
export function usePlaces(name: string, say: Say): readonly [Places, (places: Places) => void] {
  const [places, setPlaces] = useState(none);
  const [keeper] = useState(() => new PlaceKeeper(
    { get: () => readLayout(name), put: (next, etag) => saveLayout(name, next, etag) },
    (problem) => say(`Where the steps stand was not saved: ${problem.message} ${problem.correction}`, 'refused'),
  ));
  useEffect(() => {
    let wanted = true;
    keeper.load().then(
      // Moves made before the answer are newer than it.
      (loaded) => { if (wanted) setPlaces((now) => (now.size === 0 ? loaded : now)); },
      // Without it the automatic layout serves; it is read again before anything is saved.
      () => undefined,
    );
    return () => {
      wanted = false;
      keeper.flush();
    };
  }, [keeper]);
  const place = useCallback((next: Places) => {
    setPlaces(next);
    keeper.keep(next);
  }, [keeper]);
  return [places, place];
}
