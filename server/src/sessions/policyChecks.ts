/** Checks of policies, remembered: a run is refused or begun by the answer that the editor showed a moment ago. */
import type { Diagnostic } from '@sandtable/shared/protocol';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';

/** Sources whose check is remembered: those that a class is working at. */
const REMEMBERED = 64;

export class PolicyChecks {
  readonly #known = new Map<string, readonly Diagnostic[]>();

  /** Everything that is wrong with the source; an empty list: it can be run. */
  async check(source: string): Promise<readonly Diagnostic[]> {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const diagnostics = await checkPolicy(source);
    // A check that was broken off says nothing about the source.
    if (diagnostics.some((each) => each.code.startsWith('check-'))) return diagnostics;
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(source, diagnostics);
    return diagnostics;
  }

  close(): Promise<void> {
    return stopChecking();
  }
}
