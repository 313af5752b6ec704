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
  threadMs: () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
  source: (part) =>
    part === 'sandtableModule'
      ? readFileSync(new URL(import.meta.resolve('@sandtable/policy/sandtableModule.js')), 'utf8')
      : builtInSource(part),
  // From a thread of the runtime's own, which ends the work wherever it is.
  bounded: <T>(work: () => T) =>
    runInContext('work()', createContext({ work }), { timeout: TRANSPILE_MS }) as T,
};
