import {
  Command as CommandIcon,
  Contrast,
  Ellipsis,
  Hand,
  ListTree,
  Monitor,
  Moon,
  Pencil,
  Play,
  Presentation,
  Square,
  SquareTerminal,
  Sun,
} from 'lucide-react';
import { useStore } from 'zustand';
import { useCommands } from '../../app/commandContext.ts';
import { askText } from '../../app/asking.ts';
import { keysText } from '../../app/keys.ts';
import { prefer, preferences, type ThemeChoice } from '../../app/preferences.ts';
import { goHome, goToBench } from '../../app/route.ts';
import { AccountMenu } from '../../people/AccountMenu.tsx';
import { useSession, useWork } from '../../session/useSession.ts';
import { isLive, runMood } from '../../session/workState.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Menu, type MenuPart } from '../../ui/Menu.tsx';
import { moodOf } from '../status/mood.ts';
import './toolbar.css';

/** The bar at the top: which bench, run and stop, the engine, how the page looks. */
export function Toolbar() {
  return (
    <header className="toolbar">
      <BenchMenu />
      <RunButtons />
      <span className="toolbar-space" />
      <Mood />
      <Engine />
      <LookButtons />
      <MoreMenu />
      <AccountMenu />
    </header>
  );
}

function BenchMenu() {
  const session = useSession();
  const bench = useWork((state) => state.bench);
  const benches = useWork((state) => state.benches);
  const examples = useWork((state) => state.meta?.examples);
  const info = bench.status === 'open' ? bench.info : null;
  const rename = async () => {
    if (info === null) return;
    const name = await askText({
      title: 'Rename the bench',
      action: 'Rename',
      field: { label: 'Name', initial: info.name },
    });
    if (name !== null) await session.renameBench(name);
  };
  const make = async (example: string) => {
    const id = await session.createBench(example);
    if (id !== null) goToBench(id);
  };
  const parts: MenuPart[] = [
    {
      id: 'rename',
      title: 'Rename this bench',
      icon: <Pencil className="icon icon-s" aria-hidden />,
      disabled: info === null,
      onSelect: () => void rename(),
    },
    { id: 'all', title: 'All benches', onSelect: goHome },
    null,
    'New bench from an example',
    ...(examples ?? []).map(({ id, title, summary }) => ({
      id: `new-${id}`,
      title,
      note: summary,
      onSelect: () => void make(id),
    })),
    null,
    'Open',
    ...(benches ?? [])
      .slice(0, 12)
      .map(({ id, name }) => ({ id, title: name, checked: id === info?.id, onSelect: () => goToBench(id) })),
  ];
  return (
    <div className="toolbar-name">
      <a href="#/" className="toolbar-home" aria-label="Sandtable: all benches">
        Sandtable
      </a>
      <span aria-hidden className="dim">
        ▸
      </span>
      <h1 className="toolbar-title">
        <Menu
          parts={parts}
          trigger={
            <Button className="toolbar-bench" aria-label={`Bench ${info?.name ?? ''}: rename, open, new`}>
              <span>{info?.name ?? '…'}</span>
              <span aria-hidden>▾</span>
            </Button>
          }
        />
      </h1>
    </div>
  );
}

function RunButtons() {
  const { run } = useCommands();
  const live = useWork(isLive);
  const starting = useWork((state) => state.starting);
  const open = useWork((state) => state.bench.status === 'open');
  const online = useWork((state) => state.connection === 'online');
  const traceLines = useStore(preferences, (state) => state.traceLines);
  const disabled = !open || !online || starting;
  return (
    <div className="toolbar-run" role="group" aria-label="Run">
      <Button
        kind="main"
        disabled={disabled}
        title={`Run (${keysText('mod+Enter')})`}
        onClick={() => run('run.script')}
      >
        <Play className="icon" aria-hidden /> {live ? 'Run again' : 'Run'}
      </Button>
      <Button
        disabled={!live}
        title={`Stop the guest at once (${keysText('shift+F5')})`}
        onClick={() => run('run.stop')}
      >
        <Square className="icon" aria-hidden /> <span className="toolbar-word">Stop</span>
      </Button>
      <IconButton
        label="Interrupt the guest"
        keys="Ctrl+C in the terminal"
        disabled={!live}
        onClick={() => run('run.interrupt')}
      >
        <Hand className="icon" aria-hidden />
      </IconButton>
      <Button
        disabled={disabled}
        title={`Interactive prompt (${keysText('mod+shift+Enter')})`}
        onClick={() => run('run.repl')}
      >
        <SquareTerminal className="icon" aria-hidden /> <span className="toolbar-word">REPL</span>
      </Button>
      <span className="toolbar-lines">
        <IconButton
          label="Trace lines: each row says which line of the program made the call"
          aria-pressed={traceLines}
          onClick={() => run('run.traceLines')}
        >
          <ListTree className="icon" aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}

function Mood() {
  const mood = useWork(runMood);
  const exit = useWork((state) => state.run?.exit ?? null);
  const online = useWork((state) => state.connection === 'online');
  if (!online) {
    return (
      <span className="mood" data-mood="offline">
        Offline
      </span>
    );
  }
  const { word, text } = moodOf(mood, exit);
  return (
    <span className="mood" data-mood={mood} title={text}>
      <span className="mood-dot" aria-hidden />
      {word}
    </span>
  );
}

function Engine() {
  const engine = useWork((state) => state.meta?.engine);
  const used = useWork((state) => state.run?.start?.engine);
  if (engine === undefined) return null;
  return (
    <span
      className="toolbar-engine dim"
      title={engine.ready ? 'What runs the guest' : engine.problems.map((each) => each.message).join(' ')}
    >
      {engine.ready ? (used ?? engine.name) : `${engine.name}: not ready`}
    </span>
  );
}

const LOOKS: readonly (readonly [ThemeChoice, string, typeof Sun])[] = [
  ['system', 'As the system', Monitor],
  ['dark', 'Dark', Moon],
  ['light', 'Light', Sun],
  ['contrast', 'High contrast', Contrast],
];

/** How the page looks, as entries of a menu. */
function useLooks(): readonly MenuPart[] {
  const theme = useStore(preferences, (state) => state.theme);
  return LOOKS.map(([name, title, Mark]) => ({
    id: name,
    title,
    icon: <Mark className="icon icon-s" aria-hidden />,
    checked: name === theme,
    onSelect: () => prefer({ theme: name }),
  }));
}

/** Where there is no room for these, the menu has them. */
function LookButtons() {
  const { run } = useCommands();
  const looks = useLooks();
  const theme = useStore(preferences, (state) => state.theme);
  const projector = useStore(preferences, (state) => state.projector);
  const [, , Icon] = LOOKS.find(([name]) => name === theme) ?? LOOKS[0]!;
  return (
    <div className="toolbar-look">
      <Menu
        align="end"
        trigger={
          <IconButton label="Theme">
            <Icon className="icon" aria-hidden />
          </IconButton>
        }
        parts={looks}
      />
      <IconButton
        label="Projector mode: large type"
        aria-pressed={projector}
        onClick={() => prefer({ projector: !projector })}
      >
        <Presentation className="icon" aria-hidden />
      </IconButton>
      <IconButton label="All commands" keys={keysText('mod+k')} onClick={() => run('help.palette')}>
        <CommandIcon className="icon" aria-hidden />
      </IconButton>
    </div>
  );
}

function MoreMenu() {
  const { list, run } = useCommands();
  const looks = useLooks();
  const projector = useStore(preferences, (state) => state.projector);
  const traceLines = useStore(preferences, (state) => state.traceLines);
  const entry = (id: string): MenuPart[] => {
    const command = list.find((each) => each.id === id);
    if (command === undefined) return [];
    const keys = command.keys === undefined ? {} : { keys: keysText(command.keys) };
    return [{ id, title: command.title, ...keys, onSelect: () => run(id) }];
  };
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More">
          <Ellipsis className="icon" aria-hidden />
        </IconButton>
      }
      parts={[
        ...entry('help.palette'),
        ...entry('help.keys'),
        null,
        ...entry('run.search'),
        {
          id: 'traceLines',
          title: 'Trace lines in every run',
          icon: <ListTree className="icon icon-s" aria-hidden />,
          checked: traceLines,
          onSelect: () => run('run.traceLines'),
        },
        null,
        ...entry('terminal.clear'),
        ...entry('terminal.text'),
        ...entry('terminal.reader'),
        null,
        'Look',
        ...looks,
        null,
        {
          id: 'projector',
          title: 'Projector mode: large type',
          icon: <Presentation className="icon icon-s" aria-hidden />,
          checked: projector,
          onSelect: () => prefer({ projector: !projector }),
        },
        null,
        ...entry('view.reset'),
        ...entry('view.home'),
      ]}
    />
  );
}
