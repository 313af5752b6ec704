/** What stands before everything: who is there decides what is shown. */
import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Notices } from '../app/Notices.tsx';
import { route } from '../app/route.ts';
import { InvitationPage, JoinPage } from './CodePages.tsx';
import { entry } from './entry.ts';
import { SignInPage } from './SignInPage.tsx';

/** @param children is asked for what whoever is in sees */
export function Entrance({ children }: { readonly children: () => ReactNode }) {
  const { status, info } = useStore(entry);
  if (info === null)
    return (
      <main className="start door">
        <h1>Sandtable</h1>
        <p className="dim" role="status">
          {status === 'failed'
            ? 'There is no connection to the server. The page tries again by itself.'
            : 'Asking the server …'}
        </p>
      </main>
    );
  if (info.accounts && info.person === null) return <Door />;
  return children();
}

function Door() {
  const page = useStore(route, (now) => now.page);
  return (
    <Tooltip.Provider delayDuration={500}>
      <title>Sandtable</title>
      {page === 'join' ? <JoinPage /> : page === 'invitation' ? <InvitationPage /> : <SignInPage />}
      <Notices />
    </Tooltip.Provider>
  );
}
