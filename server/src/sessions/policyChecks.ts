/**
 * Checks of policies, remembered: a run is refused or begun by the answer that the editor showed a moment ago, or by the one that was
 * found while its bench was opened.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { builtInSource } from '../sandbox/policy/builtInPolicies.ts';

/** Sources whose check is remembered: those that a lecture is working at, each in a version of their own, before and after a change. */
export const REMEMBERED = 512;

const CLOSED: Diagnostic = {
  file: 'policy.ts',
  line: 1,
  column: 1,
  severity: 'error',
  code: 'check-failed',
  message: 'The server is closing.',
};

type Check = (source: string) => Promise<readonly Diagnostic[]>;

export class PolicyChecks {
  readonly #check: Check;
  /** By {@link keyOf}, the one used longest ago first. */
  readonly #known = new Map<string, Promise<readonly Diagnostic[]>>();
  #warm: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** `check` must not reject; tests give one of their own. */
  constructor(check: Check = checkPolicy) {
    this.#check = check;
  }

  /**
   * Starts a checker in the background, so that the first person does not wait for that. Whoever asks meanwhile waits for this one:
   * starting another beside it would make both of them slower.
   */
  warmUp(): void {
    this.#warm = this.check(builtInSource('standard'));
  }

  /** Everything that is wrong with the source; without an error among it, it can be run. One answer serves all who ask the same. */
  check(source: string): Promise<readonly Diagnostic[]> {
    const key = keyOf(source);
    const known = this.#known.get(key);
    if (known !== undefined) {
      // Used again: what was not goes first.
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const answer = this.#warm.then(() => (this.#closed ? [CLOSED] : this.#check(source)));
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, answer);
    void answer.then((diagnostics) => {
      // A check that was broken off says nothing about the source.
      const brokenOff = diagnostics.some((each) => each.code.startsWith('check-'));
      if (brokenOff && this.#known.get(key) === answer) this.#known.delete(key);
    });
    return answer;
  }

  /** Checks that have not begun are answered without one. */
  close(): Promise<void> {
    this.#closed = true;
    return stopChecking();
  }
}

/** Stands for a source that may be long. */
function keyOf(source: string): string {
  return createHash('sha256').update(source).digest('base64');
}
