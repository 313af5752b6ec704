/**
 * What the kernel still does for a classic guest: limits, a user of its own, no privileges, no network, an end with this process.
 *
 * There is no filter of system calls: the child has to be loaded as an ordinary program first, and nothing of ours is inside it that
 * could put one on itself. A classic guest is trusted to be what it claims, a PyPy translated with `--sandbox`, whose code makes no system
 * call but read and write on its two pipes and for memory. What stands here is for the day on which that is not so.
 *
 * util-linux's `unshare`, `setpriv` and `prlimit` each set something and become the next program, so the process stays one; bash is the
 * last, because it can give a program a name (`argv[0]`) that is not its path: by that name PyPy looks for its library in the virtual world.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** The distribution's own places; PATH is not asked. */
const TOOL_FOLDERS = ['/usr/bin', '/bin'];

/** Standard streams, the loader's libraries one at a time, and a few more: the child opens no file after its start. */
const DESCRIPTORS = 16;

/** Becoming `true` four times over takes some 10 ms. */
const PROBE_TIMEOUT_MS = 10_000;

/** Clears the environment and takes the first word as the name. */
const BECOME = 'exec -c -a "$0" "$@"';

export interface Confinement {
  /** Whether limits, no privileges and the end with this process are set; without it only user and environment are. */
  readonly tools: boolean;
  /** Whether it has network and shared memory of its own, empty ones. */
  readonly namespaces: boolean;
  /** In words, for `doctor`. */
  readonly missing: readonly string[];
}

export interface ConfinedCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Null where the command sets it itself. */
  readonly argv0: string | null;
  /** User to become at the start; null where the command does that itself, or nobody can. */
  readonly uid: number | null;
}

export interface ConfineOptions {
  /** Name that the program is told it has. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly uid: number | null;
  readonly dataBytes: number;
  readonly cpuSeconds: number;
}

function tool(name: string): string | null {
  for (const folder of TOOL_FOLDERS) {
    const path = `${folder}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // It may be in the next place.
    }
  }
  return null;
}

/** The command that becomes the guest under what this machine offers. */
export function confined(confinement: Confinement, options: ConfineOptions): ConfinedCommand {
  const { name, file, args, uid } = options;
  if (!confinement.tools) return { file, args, argv0: name, uid };
  const words = [
    ...(confinement.namespaces ? [tool('unshare')!, '--net', '--ipc', '--uts', '--'] : []),
    ...[tool('setpriv')!, '--no-new-privs', '--pdeathsig', 'KILL'],
    ...(uid === null
      ? []
      : ['--reuid', uid, '--regid', uid, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'].map(
          String,
        )),
    '--',
    ...[tool('prlimit')!, '--core=0:0', '--fsize=0:0', `--nofile=${pair(DESCRIPTORS, 0)}`],
    // The hard limit a second later: the first one's signal says why it ended.
    ...[`--cpu=${pair(options.cpuSeconds, 1)}`, `--data=${pair(options.dataBytes, 0)}`],
    // It has the user for itself, so this counts for it alone.
    ...(uid === null ? [] : ['--nproc=1:1']),
    '--',
    ...[tool('bash')!, '--norc', '--noprofile', '-c', BECOME, name, file, ...args],
  ];
  return { file: words[0]!, args: words.slice(1), argv0: null, uid: null };
}

function pair(soft: number, more: number): string {
  return `${String(Math.ceil(soft))}:${String(Math.ceil(soft) + more)}`;
}

let known: Promise<Confinement> | null = null;

/** What this machine offers, tried out once; `again` tries anew. */
export function confinement(again = false): Promise<Confinement> {
  if (known === null || again) known = tryOut();
  return known;
}

async function tryOut(): Promise<Confinement> {
  const absent = ['setpriv', 'prlimit', 'bash'].filter((name) => tool(name) === null);
  const missing: string[] = [];
  if (process.geteuid?.() !== 0) missing.push('a user of its own and no network (the server is not root)');
  if (absent.length > 0) {
    const tools = absent.join(', ');
    missing.push(`limits of the kernel, no_new_privs and the end with its parent (not found: ${tools})`);
    return { tools: false, namespaces: false, missing };
  }
  const uid = process.geteuid?.() === 0 ? PROBE_UID : null;
  const works = (namespaces: boolean): Promise<boolean> =>
    succeeds(
      confined(
        { tools: true, namespaces, missing },
        {
          name: 'true',
          file: tool('true') ?? '/bin/true',
          args: [],
          uid,
          dataBytes: 2 ** 30,
          cpuSeconds: 10,
        },
      ),
    );
  if (uid !== null && tool('unshare') !== null && (await works(true)))
    return { tools: true, namespaces: true, missing };
  if (await works(false)) {
    if (uid !== null) missing.push('no network (unshare does not work here)');
    return { tools: true, namespaces: false, missing };
  }
  missing.push(
    'limits of the kernel, no_new_privs and the end with its parent (setpriv or prlimit fail here)',
  );
  return { tools: false, namespaces: false, missing };
}

/** Nobody's: it holds a process for a moment. */
const PROBE_UID = 2_199_999_999;

function succeeds({ file, args }: ConfinedCommand): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file, args, { env: {}, timeout: PROBE_TIMEOUT_MS }, (error) => {
      resolve(error === null);
    });
  });
}
