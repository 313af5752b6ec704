/** What policies need, as Node has it. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import type { PolicyPlatform } from '@sandtable/policy/platform';
import { TRANSPILE_MS } from '@sandtable/policy/policyLimits';
import { builtInSource } from './builtInPolicies.ts';

const FROM = createRequire(import.meta.resolve('@sandtable/policy/platform'));

export const NODE_PLATFORM: PolicyPlatform = {
  quickjs: () => readFile(FROM.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')),
  threadMs,
  source: (part) =>
    part === 'sandtableModule'
      ? readFileSync(new URL(import.meta.resolve('@sandtable/policy/sandtableModule.js')), 'utf8')
      : builtInSource(part),
  bounded,
};

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A machine that is so busy that the work does not get its time within this many times that time does not run policies either. */
const MOST_PATIENCE = 32;

/**
 * The runtime's own thread ends the work, wherever it is, by the clock. Work that was ended without having had half its time of the processor
 * has not shown that it is too long, only that the machine is busy: it is done again, with more patience.
 */
function bounded<T>(work: () => T): T {
  for (let patience = 1; ; patience *= 2) {
    const began = threadMs();
    try {
      return runInContext('work()', createContext({ work }), { timeout: TRANSPILE_MS * patience }) as T;
    } catch (error) {
      const ended = (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!ended || patience >= MOST_PATIENCE || threadMs() - began >= TRANSPILE_MS / 2) throw error;
    }
  }
}
