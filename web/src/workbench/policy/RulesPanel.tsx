import { clickFilter } from '@sandtable/shared/filter';
import { useCommands } from '../../app/commandContext.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { count, plural } from '../../ui/numbers.ts';
import { LAYER_WORDS } from '../trace/describe.ts';
import { useTraceView } from '../trace/useTrace.ts';
import { openFile, showPanel } from '../view.ts';
import './policy.css';

/** Every place that decided something in this run, with how many calls: the chips of the editor as a table. */
export function RulesPanel() {
  const run = useWork((state) => state.run);
  const session = useSession();
  const trace = useTraceView();
  if (run === null || run.rules.length === 0) {
    return (
      <div className="empty">
        <p>
          Run something, and each rule of the policy stands here with the number of calls that it decided.
        </p>
        <SearchButton />
      </div>
    );
  }
  const rules = [...run.rules].sort((a, b) => (run.byRule[b.id] ?? 0) - (run.byRule[a.id] ?? 0));
  return (
    <div className="rules" tabIndex={0} role="region" aria-label="Rules of this run">
      <div className="rules-bar">
        <SearchButton />
      </div>
      <table>
        <caption className="unseen">Rules of this run, the busiest first</caption>
        <thead>
          <tr>
            <th scope="col" className="rules-count">
              calls
            </th>
            <th scope="col">rule</th>
            <th scope="col">whose</th>
            <th scope="col">where</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => {
            const calls = run.byRule[rule.id] ?? 0;
            return (
              <tr key={rule.id}>
                <td className="rules-count">
                  {calls === 0 ? (
                    <span className="dim">0</span>
                  ) : (
                    <button
                      type="button"
                      className="link"
                      aria-label={`Show the ${plural(calls, 'call')} of this rule in the trace`}
                      onClick={() => {
                        trace.setFilter(clickFilter('', 'rule', rule.id));
                        showPanel('trace');
                      }}
                    >
                      {count(calls)}
                    </button>
                  )}
                </td>
                <td className="code rules-label">{rule.label}</td>
                <td>{LAYER_WORDS[rule.layer]}</td>
                <td>
                  {rule.layer === 'student' &&
                  rule.at !== undefined &&
                  session.state.files['policy.ts'] !== undefined ? (
                    <button
                      type="button"
                      className="link"
                      onClick={() => openFile('policy.ts', { ...rule.at!, mark: true })}
                    >
                      policy.ts:{rule.at.line}
                    </button>
                  ) : (
                    <span className="dim">built in</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function SearchButton() {
  const { run } = useCommands();
  return (
    <Button
      kind="plain"
      small
      title="State what must never happen, and let attacks that the policy allows be tried"
      onClick={() => run('run.search')}
    >
      Search for a hole …
    </Button>
  );
}
