import { createContext, useContext, useSyncExternalStore } from 'react';
import type { TraceSnapshot, TraceView } from './traceView.ts';

const TraceContext = createContext<TraceView | null>(null);

export const TraceProvider = TraceContext.Provider;

export function useTraceView(): TraceView {
  const trace = useContext(TraceContext);
  if (trace === null) throw new Error('useTraceView outside of TraceProvider');
  return trace;
}

export function useTrace(): TraceSnapshot {
  const trace = useTraceView();
  return useSyncExternalStore(trace.subscribe, trace.get);
}
