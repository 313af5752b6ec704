/**
 * Checks of policies, remembered: a run is refused or begun by the answer that the editor showed a moment ago, or by the one that was
 * found while its bench was opened.
 */
import type { Diagnostic } from '@sandtable/shared/protocol';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { builtInSource } from '../sandbox/policy/builtInPolicies.ts';

/** Sources whose check is remembered: those that a class is working at. */
const REMEMBERED = 64;

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
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const answer = this.#warm.then(() => (this.#closed ? [CLOSED] : this.#check(source)));
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(source, answer);
    void answer.then((diagnostics) => {
      // A check that was broken off says nothing about the source.
      const brokenOff = diagnostics.some((each) => each.code.startsWith('check-'));
      if (brokenOff && this.#known.get(source) === answer) this.#known.delete(source);
    });
    return answer;
  }

  /** Checks that have not begun are answered without one. */
  close(): Promise<void> {
    this.#closed = true;
    return stopChecking();
  }
}
