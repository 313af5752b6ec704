import { openFile } from '../view.ts';
import type { Answer } from './replayMessages.ts';

/** Why there is no answer, with the line where the policy says so. */
export function Problem({ problem }: { readonly problem: Extract<Answer, { type: 'policy' | 'failed' }> }) {
  if (problem.type === 'failed')
    return (
      <p className="replay-problem" role="alert">
        {problem.message}
      </p>
    );
  return (
    <div className="replay-problem" role="alert">
      <ul>
        {problem.diagnostics.slice(0, 3).map(({ line, column, message }) => (
          <li key={`${line}:${column}:${message}`}>
            <button
              type="button"
              className="link code"
              onClick={() => openFile('policy.ts', { line, column })}
            >
              policy.ts:{line}
            </button>{' '}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
