import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabDesk, LabState } from './labDesk.ts';

const LabContext = createContext<LabDesk | null>(null);

export const LabProvider = LabContext.Provider;

export function useLabs(): LabDesk {
  const desk = useContext(LabContext);
  if (desk === null) throw new Error('useLabs outside of LabProvider');
  return desk;
}

/** Renders anew when what `select` gives is another value; it must not build objects. */
export function useLabState<T>(select: (state: LabState) => T): T {
  return useStore(useLabs().store, select);
}
