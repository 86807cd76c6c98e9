import { useEffect, useState } from 'react';
import type { DraftEditor } from '../document/editor';
import { readLayout, saveLayout } from '../queries';
import { PlaceKeeper } from '../saving/placeKeeper';
import type { Say } from './actions';

/** Where people put nodes: read from the server once, kept there a moment after each move. */
export function usePlaces(name: string, editor: DraftEditor, say: Say): void {
  const [keeper] = useState(() => new PlaceKeeper(
    { get: () => readLayout(name), put: (next, etag) => saveLayout(name, next, etag) },
    (problem) => say(`Where the steps stand was not saved: ${problem.message} ${problem.correction}`, 'refused'),
  ));
  useEffect(() => {
    let known = editor.current().places;
    const stop = editor.subscribe(() => {
      const { places } = editor.current();
      if (places === known) return;
      known = places;
      keeper.keep(places);
    });
    keeper.load().then(
      (loaded) => {
        if (loaded.size === 0) return;
        const moved = editor.current().places.size > 0;
        editor.placesKnown(loaded);
        // What came from there need not go back.
        if (!moved) keeper.forget();
      },
      // Without it the automatic layout serves; it is read again before anything is saved.
      () => undefined,
    );
    const leave = (): void => keeper.flush();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      stop();
      keeper.flush();
    };
  }, [keeper, editor]);
}
