/** The pinned runtime (Node, pnpm): described in tools/, installed into .tools/. See docs/adr/0001-runtime-pinning.md. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const OLDEST_NODE = 20;
const MANIFESTS = ['package.json', 'package-lock.json'];

/**
 * Makes sure that .tools/ holds what tools/package-lock.json asks for.
 *
 * @param {string} root the repository's folder
 * @returns {{ bin: string, node: string }} the folder of the pinned commands, and the pinned Node itself
 * @throws {Error} with the cure in its message
 */
export function ensureTools(root) {
  refuseUnsupported();
  const home = path.join(root, '.tools');
  const bin = path.join(home, 'node_modules', '.bin');
  const tools = { bin, node: path.join(bin, 'node') };
  const stampFile = path.join(home, 'stamp');
  const wanted = stampOf(root);
  const found = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (found === wanted && existsSync(tools.node)) return tools;

  const began = Date.now();
  console.error('▸ fetching the pinned Node and pnpm from npm');
  // Installed beside and moved into place, so that two commands started at once cannot see half of it.
  const fresh = path.join(root, `.tools-${process.pid}`);
  try {
    install(root, fresh);
    writeFileSync(path.join(fresh, 'stamp'), wanted);
    rmSync(home, { recursive: true, force: true });
    renameSync(fresh, home);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  console.error(`✓ fetched the pinned Node and pnpm (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return tools;
}

/** @param {string} root @returns {string} changes when the pinned versions or the machine's kind change */
function stampOf(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const name of MANIFESTS) hash.update(readFileSync(path.join(root, 'tools', name)));
  return hash.digest('hex');
}

/** @param {string} root @param {string} into an empty folder to be */
function install(root, into) {
  mkdirSync(into, { recursive: true });
  for (const name of MANIFESTS) copyFileSync(path.join(root, 'tools', name), path.join(into, name));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  // Started by `npm`: use that very npm; else the one on PATH.
  const run = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: into, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: into, stdio: ['ignore', 2, 2] });
  const node = path.join(into, 'node_modules', '.bin', 'node');
  if (run.status === 0 && existsSync(node)) return;
  throw new Error(
    'fetching the pinned Node and pnpm failed\n' +
      '  cure: check that the npm registry answers (npm ping), then run the command again',
  );
}

function refuseUnsupported() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new Error(
      `Node ${process.versions.node} is too old to start with\n  cure: install Node ${OLDEST_NODE} or newer`,
    );
  }
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `Sandtable runs on Linux, x64 or arm64; this is ${process.platform}, ${process.arch}\n` +
        '  cure: use a Linux machine, container or virtual machine',
    );
  }
}
