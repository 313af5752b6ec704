/** Which moment of the bench's history is looked at. */
import { createStore } from 'zustand/vanilla';
import { showPanel } from '../view.ts';

export const historyView = createStore<{
  readonly wanted: { readonly n: number; readonly turn: number } | null;
}>(() => ({ wanted: null }));

/** Shows the code as it was after a revision. */
export function showHistoryAt(n: number): void {
  historyView.setState({ wanted: { n, turn: (historyView.getState().wanted?.turn ?? 0) + 1 } });
  showPanel('history');
}
