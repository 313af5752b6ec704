import { useEffect } from 'react';
import { useStore } from 'zustand';
import { view, type PanelName } from './view.ts';

/** Calls `focus` each time that somebody wishes the panel (and in the editor: the file) to have the focus. */
export function useFocusWish(panel: PanelName, path: string | null, focus: () => void): void {
  const turn = useStore(view, ({ wish }) => (wish.panel === panel && wish.path === path ? wish.turn : 0));
  useFocusTurn(turn, focus);
}

/** The same for a number that counts up with each wish. */
export function useFocusTurn(turn: number, focus: () => void): void {
  useEffect(() => {
    if (turn === 0) return;
    // A dock that brings the panel to the front moves elements, which takes the focus away from what is in them.
    const timer = setTimeout(focus, 0);
    return () => clearTimeout(timer);
    // Only a new turn is a wish for the focus, not another function that does the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [turn]);
}
