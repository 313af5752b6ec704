import {
  Bookmark,
  ChevronLeft,
  ChevronRight,
  Link,
  Network,
  PencilLine,
  ShieldX,
  SkipForward,
} from 'lucide-react';
import { useCommands } from '../../app/commandContext.ts';
import { keysText } from '../../app/keys.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { useTravel, useTravelState } from '../../session/useTravel.ts';
import { isLive } from '../../session/workState.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Menu, type MenuPart } from '../../ui/Menu.tsx';
import { count, runTime } from '../../ui/numbers.ts';
import { openFile, showPanel } from '../view.ts';
import { useMomentPlaces } from './momentPlaces.ts';
import { copyRowLink, editBookmark } from './rowActions.ts';
import { LIVE_KEYS, STEP_KEYS } from './stepKeys.ts';
import './time.css';

const STEPS = [
  ['call', 'call', null],
  ['denied', 'denied call', ShieldX],
  ['write', 'change of a file', PencilLine],
  ['network', 'network call', Network],
] as const;

/** The way through a run: one scrubber for terminal, files, descriptors and trace. Its right end is the present. */
export function TimeBar() {
  const run = useWork((state) => state.run?.run ?? null);
  if (run === null) return null;
  return <Scrubber key={run} />;
}

function Scrubber() {
  const travel = useTravel();
  const calls = useWork((state) => state.run?.calls ?? 0);
  const boot = useWork((state) => state.run?.bootCalls ?? 0);
  const live = useWork(isLive);
  const wanted = useTravelState((state) => state.wanted);
  const point = useTravelState((state) => state.point);
  const bookmarks = useTravelState((state) => state.bookmarks);
  const { run: command } = useCommands();
  // Rendered anew with the number of calls, so the range is never older than the page.
  void boot;
  const { first } = travel.range();
  const at = wanted ?? calls;
  const span = Math.max(1, calls - first);
  return (
    <section className="time" aria-label="Time" data-past={wanted !== null}>
      <div className="time-steps" role="group" aria-label="Steps">
        {STEPS.map(([step, name, Icon]) => (
          <span key={step} className="time-step">
            <IconButton
              label={`Previous ${name}`}
              keys={keysText(STEP_KEYS[step].previous)}
              small
              onClick={() => command(`time.previous.${step}`)}
            >
              <ChevronLeft className="icon icon-s" aria-hidden />
            </IconButton>
            {Icon === null ? (
              <span className="time-step-mark" aria-hidden>
                1
              </span>
            ) : (
              <Icon className="icon icon-s time-step-mark" aria-hidden />
            )}
            <IconButton
              label={`Next ${name}`}
              keys={keysText(STEP_KEYS[step].next)}
              small
              onClick={() => command(`time.next.${step}`)}
            >
              <ChevronRight className="icon icon-s" aria-hidden />
            </IconButton>
          </span>
        ))}
      </div>
      <div className="time-track">
        <input
          type="range"
          className="time-range"
          aria-label="Row of the run; its end is the present"
          aria-valuetext={wanted === null ? 'the present' : `row ${count(at)} of ${count(calls)}`}
          min={first}
          max={calls}
          step={1}
          value={at}
          onChange={(event) => travel.go(event.target.valueAsNumber)}
        />
        {bookmarks.map(({ n, note }) => (
          <span
            key={n}
            className="time-mark"
            title={`Row ${n}: ${note}`}
            style={{ insetInlineStart: `${((n - first) / span) * 100}%` }}
            aria-hidden
          />
        ))}
      </div>
      <span className="time-where" role="status">
        {wanted === null ? (
          live ? (
            'live'
          ) : (
            'at the end'
          )
        ) : (
          <>
            row <strong>{count(wanted)}</strong> of {count(calls)}
            {point === null ? ' …' : ` · ${runTime(point.row?.t ?? 0, 4)} s`}
          </>
        )}
      </span>
      {point === null ? null : <Caller />}
      {wanted === null ? null : (
        <Button small kind="plain" onClick={() => showPanel('moment')}>
          Moment
        </Button>
      )}
      <Bookmarks />
      <Button
        small
        disabled={wanted === null}
        title={`Back to the present (${keysText(LIVE_KEYS)})`}
        onClick={() => command('time.live')}
      >
        <SkipForward className="icon icon-s" aria-hidden /> {live ? 'Live' : 'End'}
      </Button>
    </section>
  );
}

/** The line of the program that the moment stands at, and a way there. */
function Caller() {
  const { caller } = useMomentPlaces();
  if (caller === null)
    return (
      <span
        className="time-caller dim"
        title="Calls that were simply allowed say their line in runs that trace lines: switch “Trace lines” on and run again."
      >
        line not traced
      </span>
    );
  return (
    <button
      type="button"
      className="time-caller link code"
      title="The line of the program that made this call"
      onClick={() => openFile(caller.path, { line: caller.line, mark: true })}
    >
      {caller.path}:{caller.line}
    </button>
  );
}

function Bookmarks() {
  const session = useSession();
  const travel = useTravel();
  const wanted = useTravelState((state) => state.wanted);
  const bookmarks = useTravelState((state) => state.bookmarks);
  const here = wanted === null ? undefined : bookmarks.find(({ n }) => n === wanted);
  const parts: MenuPart[] = [
    ...(wanted === null
      ? ['Go to a row to bookmark it']
      : [
          {
            id: 'set',
            title: here === undefined ? `Bookmark row ${wanted}` : `Change the note of row ${wanted}`,
            onSelect: () => void editBookmark(travel, wanted),
          },
          ...(here === undefined
            ? []
            : [
                {
                  id: 'remove',
                  title: `Remove the bookmark of row ${wanted}`,
                  onSelect: () => void travel.removeBookmark(wanted),
                },
              ]),
          {
            id: 'link',
            title: `Copy a link to row ${wanted}`,
            icon: <Link className="icon icon-s" aria-hidden />,
            onSelect: () => void copyRowLink(session, wanted),
          },
        ]),
    null,
    bookmarks.length === 0 ? 'No bookmarks yet' : 'Bookmarks',
    ...bookmarks.map(({ n, note }) => ({
      id: `row ${n}`,
      title: note,
      note: `row ${count(n)}`,
      checked: n === wanted,
      onSelect: () => travel.go(n),
    })),
  ];
  return (
    <Menu
      align="end"
      parts={parts}
      trigger={
        <IconButton label={`Bookmarks (${bookmarks.length})`} small data-on={here !== undefined}>
          <Bookmark className="icon" aria-hidden />
        </IconButton>
      }
    />
  );
}
