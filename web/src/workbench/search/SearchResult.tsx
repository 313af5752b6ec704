import type { FoundHole } from '@sandtable/shared/searchMessages';
import { notify } from '../../app/notices.ts';
import type { Ended } from '../../session/holeSearch.ts';
import type { Session } from '../../session/session.ts';
import { useSession } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { duration, plural } from '../../ui/numbers.ts';
import { LAYER_WORDS } from '../trace/describe.ts';
import { openFile, showPanel } from '../view.ts';

interface SearchResultProps {
  readonly ended: Ended;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

/** How a search ended, and what can be done with it. */
export function SearchResult({ ended, onAgain, onClose }: SearchResultProps) {
  const session = useSession();
  const { end, says, seed } = ended;
  const hole = end.kind === 'hole' || end.kind === 'unconfirmed' ? end.hole : null;
  const take = (run: boolean) => {
    if (hole === null) return;
    const path = keep(session, hole);
    onClose();
    openFile(path);
    if (!run) return;
    showPanel('terminal');
    void session.guest.run('script', path);
  };
  return (
    <div className="asking">
      <p className="dim">{says}</p>
      <div role="status">
        <Outcome end={end} />
      </div>
      {hole === null ? null : <Hole hole={hole} onClose={onClose} />}
      {'attempts' in end ? (
        <p className="dim">
          {plural(end.attempts, 'attempt')} in {duration(end.milliseconds / 1000)}; seed {seed} makes the same
          ones.
        </p>
      ) : null}
      <div className="dialog-actions">
        <Button kind="plain" onClick={onAgain}>
          {hole === null ? 'Back to the property' : 'Search again'}
        </Button>
        {hole === null ? (
          <Button kind="main" onClick={onClose}>
            Close
          </Button>
        ) : (
          <>
            <Button kind="plain" onClick={() => take(false)}>
              Open as a file
            </Button>
            <Button kind="main" onClick={() => take(true)}>
              Run it now
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function Outcome({ end }: { readonly end: Ended['end'] }) {
  switch (end.kind) {
    case 'hole':
      return (
        <p className="search-found">
          A hole: {end.hole.words}. A guest ran this script under your policy and did it.
        </p>
      );
    case 'unconfirmed':
      return (
        <p className="search-open">
          No hole was shown: the search believed that {end.hole.words}, but the guest that ran this script did
          not do it.
        </p>
      );
    case 'nothing':
      return (
        <p className="search-open">
          Nothing was found in {plural(end.attempts, 'attempt')}, which is no proof that there is nothing.
        </p>
      );
    case 'nothing-to-try':
      return (
        <p className="search-open">
          Nothing in the world of this policy is what the property speaks of. Put a file there: on the bench,
          in a mount of the policy, or under <span className="code">files:</span> in YAML.
        </p>
      );
    case 'cancelled':
      return <p className="search-open">The search was cancelled; so far it had found nothing.</p>;
    case 'failed':
      return <p className="search-problem">{end.message}</p>;
  }
}

function Hole({ hole, onClose }: { readonly hole: FoundHole; readonly onClose: () => void }) {
  const { script, rule, call, passedBy, printed, files } = hole;
  const brought = Object.keys(files);
  return (
    <>
      <pre className="search-script" tabIndex={0} aria-label="The script">
        {script.trimEnd()}
      </pre>
      {rule === null || call === null ? null : (
        <div>
          <h3>Why the policy allowed it</h3>
          <p>
            <span className="code">{rule.label}</span> let <span className="code">{call}</span> through
            {rule.layer === 'student' && rule.at !== undefined ? (
              <>
                {': '}
                <PolicyLine line={rule.at.line} onClose={onClose} />
              </>
            ) : (
              `; it is a rule of ${rule.layer === 'student' ? 'the built-in policy that yours takes over' : LAYER_WORDS[rule.layer]}`
            )}
            .
          </p>
          {passedBy === null ? null : (
            <p>
              Before that the function <span className="code">{passedBy.name}</span> passed it on:{' '}
              <PolicyLine line={passedBy.line} onClose={onClose} />.
            </p>
          )}
        </div>
      )}
      {printed.trim() === '' ? null : (
        <details>
          <summary>What the guest printed</summary>
          <pre className="search-script" tabIndex={0}>
            {printed}
          </pre>
        </details>
      )}
      {brought.length === 0 ? null : (
        <p className="dim">
          The property brought {brought.join(', ')}; it is put on the bench where it is not there yet.
        </p>
      )}
    </>
  );
}

function PolicyLine({ line, onClose }: { readonly line: number; readonly onClose: () => void }) {
  return (
    <button
      type="button"
      className="link code"
      onClick={() => {
        onClose();
        openFile('policy.ts', { line, mark: true });
      }}
    >
      policy.ts:{line}
    </button>
  );
}

/** Puts the script on the bench, under a name that is free, and what it needs. @returns its path. */
function keep(session: Session, { script, words, files }: FoundHole): string {
  const there = session.state.files;
  for (const [path, text] of Object.entries(files))
    if (there[path] === undefined) session.files?.replace(path, text);
  let path = 'hole.py';
  for (let number = 2; there[path] !== undefined; number++) path = `hole${number}.py`;
  session.files?.replace(path, `# A hole of policy.ts: ${words}.\n${script}`);
  notify({ level: 'info', title: `${path} is a file of this bench now` });
  return path;
}
