import type { BenchInfo } from '@sandtable/shared/protocol';
import {
  FileCode,
  FolderOpen,
  PackageOpen,
  ShieldAlert,
  SquareTerminal,
  Trash2,
  VenetianMask,
  Workflow,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { AssignmentList } from '../labs/AssignmentList.tsx';
import { useLabs, useLabState } from '../session/useLabs.ts';
import { useSession, useWork } from '../session/useSession.ts';
import { AccountMenu } from '../people/AccountMenu.tsx';
import { IconButton } from '../ui/Button.tsx';
import { askYes } from './asking.ts';
import { goToBench, linkTo } from './route.ts';
import './start.css';

const ICONS: Readonly<Record<string, typeof FileCode>> = {
  hello: FileCode,
  files: FolderOpen,
  attack: ShieldAlert,
  repl: SquareTerminal,
  together: Workflow,
  lies: VenetianMask,
};

/** Where one begins: examples to start from, and the benches that are there. */
export function StartPage() {
  const session = useSession();
  const meta = useWork((state) => state.meta);
  const metaProblem = useWork((state) => state.metaProblem);
  const benches = useWork((state) => state.benches);
  const online = useWork((state) => state.connection);
  const own = benches?.filter(({ kind }) => kind === undefined) ?? [];
  const [making, setMaking] = useState(false);
  const make = async (example: string) => {
    if (making) return;
    setMaking(true);
    const id = await session.createBench(example);
    setMaking(false);
    if (id !== null) goToBench(id);
  };
  return (
    <main className="start">
      <header>
        <div className="start-title">
          <h1>Sandtable</h1>
          <AccountMenu />
        </div>
        <p className="dim">
          Run a Python program that can do nothing by itself, under a policy that you edit, and watch every
          call it makes.
        </p>
        <p>
          <a href={linkTo('courses')}>Courses</a>: what is assigned to you, and what you teach.
        </p>
      </header>
      {online === 'offline' ? (
        <p className="start-problem" role="alert">
          There is no connection to the server. The page tries again by itself; nothing is lost.
        </p>
      ) : null}
      <EngineProblems />
      <Assigned />
      <section aria-labelledby="start-examples">
        <h2 id="start-examples">Start from an example</h2>
        {meta === null ? (
          <p className="dim" role="status">
            {metaProblem ?? 'Asking the server …'}
          </p>
        ) : null}
        <ul className="start-cards">
          {meta?.examples.map(({ id, title, summary }) => {
            const Icon = ICONS[id] ?? PackageOpen;
            return (
              <li key={id}>
                <button type="button" className="start-card" disabled={making} onClick={() => void make(id)}>
                  <Icon className="icon" aria-hidden />
                  <span className="start-card-title">{title}</span>
                  <span className="dim">{summary}</span>
                </button>
              </li>
            );
          })}
        </ul>
      </section>
      <section aria-labelledby="start-labs">
        <h2 id="start-labs">Labs</h2>
        <p>
          <a href={linkTo('labs')}>All labs</a>{' '}
          <span className="dim">Tasks beside a bench, with checks that say what holds.</span>
        </p>
        <BenchList benches={benches?.filter(({ kind }) => kind === 'work') ?? []} />
      </section>
      <section aria-labelledby="start-benches">
        <h2 id="start-benches">Your benches</h2>
        {benches === null ? (
          <p className="dim">Asking the server …</p>
        ) : own.length === 0 ? (
          <p className="dim">
            None yet. Pick an example above: it becomes a bench of your own, to change as you like.
          </p>
        ) : (
          <BenchList benches={own} />
        )}
      </section>
    </main>
  );
}

/** On a page on which one looks for everything else too. */
const ASSIGNED_SHOWN = 5;

/** Nothing where nothing is assigned: most who are here alone have no course. */
function Assigned() {
  const desk = useLabs();
  const catalogue = useLabState((state) => state.catalogue);
  const online = useWork((state) => state.connection === 'online');
  useEffect(() => {
    if (online) void desk.loadCatalogue();
  }, [desk, online]);
  const assignments = catalogue?.assignments ?? [];
  if (assignments.length === 0) return null;
  return (
    <section aria-labelledby="start-assigned">
      <h2 id="start-assigned">Your assignments</h2>
      <AssignmentList assignments={assignments} atMost={ASSIGNED_SHOWN} />
      {assignments.length > ASSIGNED_SHOWN ? (
        <p>
          <a href={linkTo('labs')}>All {assignments.length} assignments</a>
        </p>
      ) : null}
    </section>
  );
}

function BenchList({ benches }: { readonly benches: readonly BenchInfo[] }) {
  const session = useSession();
  if (benches.length === 0) return null;
  return (
    <ul className="start-list">
      {benches.map(({ id, name, updatedAt }) => (
        <li key={id}>
          <a href={`#/bench/${encodeURIComponent(id)}`}>{name}</a>
          <time className="dim" dateTime={updatedAt}>
            {new Date(updatedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
          <IconButton label={`Delete ${name}`} small onClick={() => void removeBench(session, id, name)}>
            <Trash2 className="icon icon-s" aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

async function removeBench(session: ReturnType<typeof useSession>, id: string, name: string): Promise<void> {
  const yes = await askYes({
    title: `Delete the bench “${name}”?`,
    text: 'Its files and the traces of its runs go with it. This cannot be undone.',
    action: 'Delete',
    danger: true,
  });
  if (yes) await session.removeBench(id);
}

/** What keeps guests from running on this machine, with the cure. */
export function EngineProblems() {
  const engine = useWork((state) => state.meta?.engine);
  if (engine === undefined || engine.problems.length === 0) return null;
  return (
    <div className="banner" data-level={engine.ready ? 'warning' : 'error'} role="alert">
      <ul className="banner-text start-problems">
        {engine.problems.map(({ code, message, cure }) => (
          <li key={code}>
            {engine.ready ? '' : 'Guests cannot run here: '}
            {message} {cure}
          </li>
        ))}
      </ul>
    </div>
  );
}
