/**
 * Who is there: asked of the server before anything else, because on a server with accounts there is nothing to show to nobody.
 *
 * The parts of the page (`page.ts`) are made for one person. Whoever else comes afterwards gets a page that was loaded anew, so that NOTHING
 * of the one before is left in it.
 */
import { sessionInfo, type SessionInfo } from '@sandtable/shared/httpMessages';
import { createStore } from 'zustand/vanilla';
import { prefer } from '../app/preferences.ts';
import { goHome, goTo, route } from '../app/route.ts';
import { ask } from './askHttp.ts';

/** A server that is starting again is up by then. */
const TRY_AGAIN_MS = 2_000;

export interface Entry {
  readonly status: 'asking' | 'failed' | 'known';
  /** As it was heard last. */
  readonly info: SessionInfo | null;
}

export const entry = createStore<Entry>(() => ({ status: 'asking', info: null }));

/** The person that the parts of this page were made for. */
let madeFor: string | null = null;
/** Connects the parts of this page again, after the server had cut them off. */
let comeBack: (() => void) | null = null;

export async function askWhoIsThere(): Promise<void> {
  try {
    const response = await fetch('/api/session', { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`/api/session: ${response.status}`);
    know(sessionInfo.parse(await response.json()));
  } catch {
    if (entry.getState().status !== 'known') entry.setState({ status: 'failed' });
    setTimeout(() => void askWhoIsThere(), TRY_AGAIN_MS);
  }
}

/** What the server just said of who is there. */
export function know(info: SessionInfo): void {
  const person = info.person?.id ?? null;
  if (madeFor !== null && person !== null && person !== madeFor) {
    location.reload();
    return;
  }
  entry.setState({ status: 'known', info });
  if (person === null) return;
  if (info.accounts && route.getState().page === 'sign-in') goHome();
  comeBack?.();
  comeBack = null;
}

export function partsAreMade(): void {
  madeFor = entry.getState().info?.person?.id ?? null;
}

/** The server does not let the parts of this page in any more. */
export function cutOff(again: () => void): void {
  comeBack = again;
  void askWhoIsThere();
}

/** @returns why not, or null: the page is gone in a moment. */
export async function signOut(everywhere: boolean): Promise<string | null> {
  const answer = await ask('sign-out', { everywhere });
  if (!answer.ok) return answer.refusal.message;
  prefer({ lastBench: null });
  goTo('sign-in');
  location.reload();
  return null;
}
