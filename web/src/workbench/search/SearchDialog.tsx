import { useEffect, useId, useState } from 'react';
import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';
import type { HoleSearchState } from '../../session/holeSearch.ts';
import { useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { duration, plural } from '../../ui/numbers.ts';
import { openFile } from '../view.ts';
import {
  complaint,
  FIRST_FORM,
  propertyText,
  TEMPLATES,
  type PropertyForm,
  type Template,
} from './propertyText.ts';
import { SearchResult } from './SearchResult.tsx';
import { useHoleSearch } from './useHoleSearch.ts';
import './search.css';

const TITLE = 'Search for a hole';
const DESCRIPTION =
  'Say what must never happen. Calls that your policy allows are tried until one of them does it; a guest then shows that it is so.';

const SECONDS = [5, 20, 60] as const;

/** What was filled in last; it outlives the dialog. */
const form = createStore<PropertyForm & { readonly seconds: number }>(() => ({ ...FIRST_FORM, seconds: 20 }));

interface SearchDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Searches for a call that the policy allows and a property forbids. */
export default function SearchDialog({ open, onClose }: SearchDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={TITLE} description={DESCRIPTION}>
      <Body onClose={onClose} />
    </Dialog>
  );
}

function Body({ onClose }: { readonly onClose: () => void }) {
  const { search, state } = useHoleSearch();
  switch (state.phase) {
    case 'searching':
      return <Searching state={state} onCancel={() => void search.cancel()} onClose={onClose} />;
    case 'ended':
      return <SearchResult ended={state} onAgain={() => search.reset()} onClose={onClose} />;
    default:
      return <Form state={state} onClose={onClose} />;
  }
}

interface FormProps {
  readonly state: Extract<HoleSearchState, { readonly phase: 'idle' | 'asking' }>;
  readonly onClose: () => void;
}

function Form({ state, onClose }: FormProps) {
  const { search } = useHoleSearch();
  const filled = useStore(form);
  const online = useWork(({ connection }) => connection === 'online');
  const [asked, setAsked] = useState(false);
  const complaintId = useId();
  const wrong = complaint(filled);
  const asking = state.phase === 'asking';
  const change = (part: Partial<typeof filled>) => form.setState(part);
  return (
    <form
      className="asking"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (wrong === null && !asking) void search.start(propertyText(filled), filled.seconds);
      }}
    >
      <label>
        What must never happen
        <select
          className="field"
          value={filled.template}
          onChange={({ target }) => {
            const template = target.value as Template;
            // Begins with what the fields said.
            change({ template, ...(template === 'yaml' ? { yaml: propertyText(filled) } : {}) });
          }}
        >
          {Object.entries(TEMPLATES).map(([template, words]) => (
            <option key={template} value={template}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {filled.template === 'yaml' ? (
        <label>
          Property
          <textarea
            className="field code search-yaml"
            rows={8}
            spellCheck={false}
            value={filled.yaml}
            onChange={({ target }) => change({ yaml: target.value })}
          />
        </label>
      ) : (
        <Places filled={filled} change={change} />
      )}
      <label>
        How long
        <select
          className="field"
          value={filled.seconds}
          onChange={({ target }) => change({ seconds: Number(target.value) })}
        >
          {SECONDS.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds} seconds at most
            </option>
          ))}
        </select>
      </label>
      {filled.template === 'yaml' ? null : (
        <details>
          <summary>The same as YAML, for sandtable attack</summary>
          <pre className="search-script" tabIndex={0}>
            {propertyText(filled)}
          </pre>
        </details>
      )}
      <p id={complaintId} className="asking-complaint" role="alert">
        {asked && wrong !== null ? wrong : ''}
      </p>
      {state.phase === 'idle' && state.problem !== null ? (
        <NotBegun problem={state.problem} onClose={onClose} />
      ) : null}
      <div className="dialog-actions">
        <Button kind="plain" onClick={onClose}>
          Close
        </Button>
        <Button
          type="submit"
          kind="main"
          disabled={!online}
          aria-disabled={asking}
          aria-describedby={complaintId}
        >
          {asking ? 'Checking the policy …' : 'Search'}
        </Button>
      </div>
    </form>
  );
}

interface PlacesProps {
  readonly filled: PropertyForm;
  readonly change: (part: Partial<PropertyForm>) => void;
}

function Places({ filled, change }: PlacesProps) {
  const hint = useId();
  return (
    <>
      <label>
        Places
        <input
          className="field code"
          spellCheck={false}
          value={filled.places}
          placeholder="/tmp/secret.txt"
          aria-describedby={hint}
          onChange={({ target }) => change({ places: target.value })}
        />
      </label>
      <p id={hint} className="dim search-hint">
        With everything below them; commas between several, globs as in rules. The files of this bench stand
        in /tmp.
      </p>
      {filled.template !== 'flow' ? null : (
        <fieldset className="search-sinks">
          <legend>They must not come</legend>
          <label>
            <input
              type="checkbox"
              checked={filled.terminal}
              onChange={({ target }) => change({ terminal: target.checked })}
            />{' '}
            to the terminal
          </label>
          <label>
            <input
              type="checkbox"
              checked={filled.socket}
              onChange={({ target }) => change({ socket: target.checked })}
            />{' '}
            into a socket
          </label>
          <label>
            into these files
            <input
              className="field code"
              spellCheck={false}
              value={filled.sinks}
              placeholder="none"
              onChange={({ target }) => change({ sinks: target.value })}
            />
          </label>
        </fieldset>
      )}
    </>
  );
}

interface NotBegunProps {
  readonly problem: NonNullable<Extract<HoleSearchState, { readonly phase: 'idle' }>['problem']>;
  readonly onClose: () => void;
}

function NotBegun({ problem: { message, diagnostics }, onClose }: NotBegunProps) {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return (
    <div className="search-problem" role="alert">
      <p className="search-message">{message}</p>
      {first === undefined ? null : (
        <button
          type="button"
          className="link code"
          onClick={() => {
            onClose();
            openFile('policy.ts', { line: first.line, column: first.column, mark: true });
          }}
        >
          policy.ts:{first.line}
        </button>
      )}
    </div>
  );
}

interface SearchingProps {
  readonly state: Extract<HoleSearchState, { readonly phase: 'searching' }>;
  readonly onCancel: () => void;
  readonly onClose: () => void;
}

function Searching({ state, onCancel, onClose }: SearchingProps) {
  const { says, attempts, seconds, since, cancelling } = state;
  const [passed, setPassed] = useState(() => performance.now() - since);
  useEffect(() => {
    const timer = setInterval(() => setPassed(performance.now() - since), 500);
    return () => clearInterval(timer);
  }, [since]);
  return (
    <div className="asking">
      <p>{says}</p>
      <progress
        className="search-progress"
        max={seconds}
        value={Math.min(seconds, passed / 1000)}
        aria-label="Time that has passed"
      />
      <p role="status" className="dim">
        {cancelling
          ? 'Cancelling …'
          : attempts === 0
            ? 'Starting …'
            : passed > seconds * 1000
              ? `${plural(attempts, 'attempt')}; making it as small as it gets, and asking a guest …`
              : `${plural(attempts, 'attempt')} in ${duration(passed / 1000)} of ${seconds} s`}
      </p>
      <div className="dialog-actions">
        <Button kind="plain" onClick={onClose}>
          Go on behind the page
        </Button>
        <Button kind="danger" aria-disabled={cancelling} onClick={onCancel}>
          Cancel the search
        </Button>
      </div>
    </div>
  );
}
