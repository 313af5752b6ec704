import { CircleUser } from 'lucide-react';
import { useStore } from 'zustand';
import { notify } from '../app/notices.ts';
import { goTo } from '../app/route.ts';
import { Button } from '../ui/Button.tsx';
import { Menu, type MenuPart } from '../ui/Menu.tsx';
import { entry, signOut } from './entry.ts';
import { takeExport } from './takeExport.ts';
import './people.css';

/** Who is signed in, and what they can do about it. Nothing on a server without accounts. */
export function AccountMenu() {
  const info = useStore(entry, (now) => now.info);
  if (info === null || !info.accounts || info.person === null) return null;
  const { name, role } = info.person;
  const parts: MenuPart[] = [
    `${name}, ${role}`,
    { id: 'account', title: 'My account', onSelect: () => goTo('account') },
    { id: 'export', title: 'My data as a zip', onSelect: () => void takeExport('me', 'you') },
    ...(role === 'administrator' ? [{ id: 'people', title: 'People', onSelect: () => goTo('people') }] : []),
    null,
    { id: 'out', title: 'Sign out', onSelect: () => void out() },
  ];
  return (
    <Menu
      align="end"
      parts={parts}
      trigger={
        <Button className="account-menu" aria-label={`Signed in as ${name}`}>
          <CircleUser className="icon" aria-hidden />
          <span className="account-name">{name}</span>
        </Button>
      }
    />
  );
}

async function out(): Promise<void> {
  const why = await signOut(false);
  if (why !== null) notify({ level: 'error', title: 'You are still signed in', text: why });
}
