/** What a policy needs of the place that it is loaded in: a server, or a worker of a page. */

/** Parts of ours that a policy is evaluated with, by name: the module `sandtable`, and the built-in policies that it offers. */
export type PolicyPart = 'sandtableModule' | 'standard' | 'lecture';

export interface PolicyPlatform {
  /** The file of QuickJS as WebAssembly; asked once. */
  quickjs(): Promise<Uint8Array>;
  /** Milliseconds of the processor's time that this thread has used; where nobody can say, of any clock. */
  threadMs(): number;
  /** Source of a part, as it stands in its file. */
  source(part: PolicyPart): string;
  /** Runs synchronous code and throws an error with code `ERR_SCRIPT_EXECUTION_TIMEOUT` when it takes too long, where that can be done. */
  bounded<T>(work: () => T): T;
}
