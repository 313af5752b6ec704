/** What the server says to a request, for a page that shows it: asked when it is first shown, and again when the line is back. */
import type { Replies, RequestBody, RequestName } from '@sandtable/shared/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSession, useWork } from './useSession.ts';

export type Asked<T> =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'ready'; readonly value: T };

export interface Request<T> {
  readonly asked: Asked<T>;
  /** Asks again; what is shown stays until there is an answer. */
  readonly reload: () => Promise<void>;
  /** Changes what is shown, where the server announced how. */
  readonly change: (to: (value: T) => T) => void;
}

export function useRequest<N extends RequestName>(name: N, body: RequestBody<N>): Request<Replies[N]> {
  const session = useSession();
  const online = useWork((state) => state.connection === 'online');
  const [asked, setAsked] = useState<Asked<Replies[N]>>({ state: 'asking' });
  const key = JSON.stringify(body);
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current;
    const answer = await session.request(name, JSON.parse(key) as RequestBody<N>);
    if (mine !== turn.current) return;
    if (answer.ok) setAsked({ state: 'ready', value: answer.value });
    else
      setAsked((before) =>
        before.state === 'ready' && answer.error.code === 'offline'
          ? before
          : { state: 'failed', message: answer.error.message },
      );
  }, [session, name, key]);
  useEffect(() => {
    setAsked({ state: 'asking' });
    return () => {
      turn.current += 1;
    };
  }, [reload]);
  useEffect(() => {
    void reload();
  }, [reload, online]);
  const change = useCallback((to: (value: Replies[N]) => Replies[N]) => {
    setAsked((before) => (before.state === 'ready' ? { ...before, value: to(before.value) } : before));
  }, []);
  return useMemo(() => ({ asked, reload, change }), [asked, reload, change]);
}
