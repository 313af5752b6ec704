/** The session in React: one context, and a hook that reads a part of the state. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Session } from './session.ts';
import type { WorkState } from './workState.ts';

const SessionContext = createContext<Session | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession outside of SessionProvider');
  return session;
}

/** Renders anew when what `select` gives is another value; it must not build objects. */
export function useWork<T>(select: (state: WorkState) => T): T {
  return useStore(useSession().store, select);
}
