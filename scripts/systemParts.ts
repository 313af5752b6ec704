/** What must come from the distribution because npm does not carry it: compiler, PyPy, browser. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.ts';
import { say, step, StepFailure } from './step.ts';

export interface SystemPart {
  readonly what: string;
  /** Name of the Debian and Ubuntu package. */
  readonly aptPackage: string;
  readonly isPresent: () => boolean;
}

/** The file that a shell would run for `command`. */
export function findOnPath(command: string, searchPath = process.env['PATH'] ?? ''): string | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const isOnPath = (command: string): boolean => findOnPath(command) !== undefined;

function hasPypyLibrary(): boolean {
  const folders = ['/usr/lib', '/usr/local/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
  return folders.some(
    (folder) => existsSync(folder) && readdirSync(folder).some((name) => /^libpypy3.*-c\.so/.test(name)),
  );
}

const COMPILER: readonly SystemPart[] = [
  { what: 'a C compiler', aptPackage: 'gcc', isPresent: () => isOnPath('gcc') },
  { what: "libc's headers", aptPackage: 'libc6-dev', isPresent: () => existsSync('/usr/include/stdio.h') },
  { what: 'make', aptPackage: 'make', isPresent: () => isOnPath('make') },
];
const GUEST: readonly SystemPart[] = [
  {
    what: 'PyPy with its shared library',
    aptPackage: 'pypy3',
    isPresent: () => isOnPath('pypy3') && hasPypyLibrary(),
  },
];
/** The tests of the standard library, which run in a guest. */
function hasPypyTests(): boolean {
  const library = '/usr/lib';
  return readdirSync(library).some(
    (name) => /^pypy3/.test(name) && existsSync(path.join(library, name, 'test', 'test_queue.py')),
  );
}

/** Debian keeps its programs beside each other, one folder a version, off the path. */
function hasPostgres(): boolean {
  const versions = '/usr/lib/postgresql';
  return (
    existsSync(versions) &&
    readdirSync(versions).some((name) => existsSync(path.join(versions, name, 'bin', 'initdb')))
  );
}

const TESTING: readonly SystemPart[] = [
  { what: 'Chromium', aptPackage: 'chromium', isPresent: () => findChromium() !== undefined },
  { what: 'strace', aptPackage: 'strace', isPresent: () => isOnPath('strace') },
  { what: 'PostgreSQL', aptPackage: 'postgresql', isPresent: hasPostgres },
  { what: "the tests of PyPy's library", aptPackage: 'pypy3-lib-testsuite', isPresent: hasPypyTests },
];

/** Named sets of parts, so that a command asks for no more than it uses. */
export const PARTS = {
  native: COMPILER,
  run: [...COMPILER, ...GUEST],
  test: [...COMPILER, ...GUEST, ...TESTING],
} as const;

export const missingParts = (parts: readonly SystemPart[]): SystemPart[] =>
  parts.filter((part) => !part.isPresent());

/** The one command that mends a machine which lacks `parts`. */
export function installCommand(parts: readonly SystemPart[]): string {
  const packages = parts.map((part) => part.aptPackage).join(' ');
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`;
}

/**
 * Installs missing parts when we are root on a machine with apt.
 *
 * @throws {StepFailure} whose cure is the one command to run
 */
export async function haveSystemParts(parts: readonly SystemPart[]): Promise<void> {
  const missing = missingParts(parts);
  if (missing.length > 0) await step('installing what npm does not carry', async () => installParts(missing));
}

function installParts(missing: readonly SystemPart[]): void {
  const list = missing.map((part) => `${part.what} (${part.aptPackage})`).join(', ');
  const cure = `run this, then the same command again:\n    ${installCommand(missing)}`;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get'))
    throw new StepFailure(`this machine lacks ${list}`, cure);

  say(`  installing ${list}`);
  const names = missing.map((part) => part.aptPackage);
  // A fresh container has no package lists and an old one has stale ones: both show in the first attempt.
  if (!aptGet('install', names, 'quiet')) {
    aptGet('update', [], 'shown');
    aptGet('install', names, 'shown');
  }
  if (missingParts(missing).length > 0) throw new StepFailure(`installing ${list} failed`, cure);
}

/** How long to wait for another apt on this machine to finish, in seconds. */
const APT_LOCK_WAIT = 300;

function aptGet(
  action: 'update' | 'install',
  packages: readonly string[],
  output: 'quiet' | 'shown',
): boolean {
  const flags = ['-q', '-y', '-o', `DPkg::Lock::Timeout=${APT_LOCK_WAIT}`];
  if (action === 'install') flags.push('--no-install-recommends');
  const result = spawnSync('apt-get', [action, ...flags, ...packages], {
    stdio: output === 'shown' ? ['ignore', 2, 2] : 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}
