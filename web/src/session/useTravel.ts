import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { TimeTravel, TravelState } from './timeTravel.ts';

const TravelContext = createContext<TimeTravel | null>(null);

export const TravelProvider = TravelContext.Provider;

export function useTravel(): TimeTravel {
  const travel = useContext(TravelContext);
  if (travel === null) throw new Error('useTravel outside of TravelProvider');
  return travel;
}

/** Renders anew when what `select` gives is another value; it must not build objects. */
export function useTravelState<T>(select: (state: TravelState) => T): T {
  return useStore(useTravel().store, select);
}
