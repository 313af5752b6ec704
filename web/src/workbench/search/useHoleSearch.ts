import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { HoleSearch, HoleSearchState } from '../../session/holeSearch.ts';

const HoleSearchContext = createContext<HoleSearch | null>(null);

export const HoleSearchProvider = HoleSearchContext.Provider;

export function useHoleSearch(): { readonly search: HoleSearch; readonly state: HoleSearchState } {
  const search = useContext(HoleSearchContext);
  if (search === null) throw new Error('useHoleSearch outside of HoleSearchProvider');
  return { search, state: useStore(search.store) };
}
