/**
 * The exploit corpus: `server/attacks/`, one idea a file, kept for ever.
 *
 * Each attack runs as a guest under the standard policy, with the native call helper beside it. What counts is seen from outside: the
 * canary file is as it was, the file that the attack wanted to make is not there, no process of the guest's user is left, nothing
 * listens in its name, nobody has called at the door that this test keeps open on the machine, and the server is well: its event loop was never silent for long, and it holds no memory to speak of. What the guest prints is only asked for its own confession, `ESCAPED`.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WIRE_SYMBOLS } from '@sandtable/shared/calls';
import { RUN_LIMITS } from '@sandtable/shared/limits';
import { engineState, Zygotes } from './index.ts';
import { runScript } from './testing/runScript.ts';

const ATTACKS = fileURLToPath(new URL('../../attacks/', import.meta.url));
const NATIVE = readFileSync(new URL('../../native/attacks/native.py', import.meta.url));
const FRAMES = readFileSync(new URL('../../attacks/support/frames.py', import.meta.url));
const SECRET = 'the secret that no guest may read';

/** `name=fid` for every symbol, for attacks that forge frames. */
const FIDS = WIRE_SYMBOLS.map(({ symbol, fid }) => `${symbol}=${String(fid)}`).join(',');

/** Codes and sizes of the arguments of every symbol, for attacks that make them up. */
const OPS = JSON.stringify(
  Object.fromEntries(
    WIRE_SYMBOLS.map(({ symbol, ops }) => [symbol, ops.map(({ code, bytes }) => [code, bytes])]),
  ),
);

/** Other guests of a thread wait this long at most for one that attacks; machines that test are busy, so it is far above what is seen. */
const MAX_SILENCE_MS = 2500;

/** What an attack may make this process grow by; every limit of a guest together is far less. */
const MAX_GROWTH_BYTES = 500 * 1024 * 1024;

/** Watches this process as one that hosts other guests, too. */
function watchHost(): () => { readonly silenceMs: number; readonly growthBytes: number } {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  return () => {
    clearInterval(timer);
    delay.disable();
    return { silenceMs: delay.max / 1e6, growthBytes: Math.max(peak, process.memoryUsage.rss()) - before };
  };
}

let folder: string;
let zygotes: Zygotes;

/** Listens on the machine's own loopback; no guest can reach it. */
let door: Server;
let callers = 0;

beforeAll(async () => {
  const engine = await engineState();
  if (!engine.ok) throw new Error('no guest can run here');
  zygotes = new Zygotes(engine.stdlib);
  door = createServer((caller) => {
    callers += 1;
    caller.destroy();
  });
  await new Promise<void>((resolve) => {
    door.listen(0, '127.0.0.1', resolve);
  });
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sandtable-canary-')));
  writeFileSync(path.join(folder, 'canary'), SECRET);
});

afterAll(() => {
  door.close();
  zygotes.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Attack {
  readonly file: string;
  readonly source: string;
  readonly variant: string;
  readonly limits: Readonly<Record<string, number>>;
  /** Where in the guest's world the attack lies as well, besides being the script. */
  readonly alsoAt: readonly string[];
}

/** Characters that a run may say beside its output and its calls: 5000 files with long names are some megabytes. */
const MAX_SIDE_TEXT = 8 * 1024 * 1024;

function attacks(): Attack[] {
  return readdirSync(ATTACKS)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(path.join(ATTACKS, file), 'utf8');
      const variants = /^# Variants: (.+)$/m.exec(source)?.[1]?.split(' ') ?? [''];
      const limits = Object.fromEntries(
        (/^# Limits: (.+)$/m.exec(source)?.[1]?.split(' ') ?? []).map((each) => {
          const [name, value] = each.split('=');
          return [name, Number(value)];
        }),
      ) as Record<string, number>;
      const alsoAt = /^# Also at: (.+)$/m.exec(source)?.[1]?.split(' ') ?? [];
      return variants.map((variant) => ({ file, source, variant, limits, alsoAt }));
    });
}

/** Processes that guests left: children of this process and of its zygotes, whoever they run as. */
function guestsAlive(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat.includes('(sandtable-guest)') && isOurs(Number(fields[1])) && fields[0] !== 'Z';
    } catch {
      return false;
    }
  });
}

function isOurs(parent: number): boolean {
  if (parent === process.pid) return true;
  const stat = readFileSync(`/proc/${String(parent)}/stat`, 'latin1');
  return stat.includes('(sandtable-zyg)') && Number(stat.split(' ')[3]) === process.pid;
}

function doorPort(): string {
  const address = door.address();
  return typeof address === 'object' && address !== null ? String(address.port) : '';
}

/** Sockets in the tables of this machine that belong to users of guests. */
function guestSockets(): string[] {
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) => {
    try {
      return readFileSync(`/proc/net/${table}`, 'latin1')
        .split('\n')
        .slice(1)
        .filter((line) => Number(line.trim().split(/\s+/)[7]) >= 2_200_000_000);
    } catch {
      return [];
    }
  });
}

describe('the corpus', () => {
  it('says in each file what the idea is', () => {
    for (const { file, source } of attacks()) expect(source, file).toMatch(/^# Idea: .+/);
  });
});

/** Guests start in two ways; the walls around them must be the same. */
const STARTS = ['from nothing', 'forked'] as const;

describe.each(STARTS.flatMap((start) => attacks().map((attack) => ({ start, ...attack }))))(
  '$file $variant $start',
  ({ source, variant, limits, alsoAt, start }) => {
    it('does nothing outside', async () => {
      const canary = path.join(folder, 'canary');
      const marker = path.join(folder, 'made-by-a-guest');
      const before = statSync(canary);
      for (const name of Object.keys(limits)) expect(Object.keys(RUN_LIMITS)).toContain(name);
      const seen = watchHost();
      const { out, exit, events, handle } = await runScript(source, {
        files: {
          '/tmp/native.py': NATIVE,
          '/tmp/frames.py': FRAMES,
          ...Object.fromEntries(alsoAt.map((place) => [place, source])),
        },
        args: [canary, marker, variant, FIDS, OPS, doorPort()],
        ...(start === 'forked' ? { zygotes } : {}),
        limits: { wallSeconds: 4, ...limits },
      });
      const { silenceMs, growthBytes } = seen();
      expect(silenceMs).toBeLessThan(MAX_SILENCE_MS);
      expect(growthBytes).toBeLessThan(MAX_GROWTH_BYTES);
      const began = events.find((event) => event.type === 'start');
      expect(began?.type === 'start' && began.prelude !== undefined).toBe(start === 'forked');
      expect(out).not.toContain('ESCAPED');
      expect(out).not.toContain(SECRET);
      expect(['exit', 'signal', 'protocol', 'limit', 'host'], exit.message).toContain(exit.reason);
      expect(exit.message).not.toContain('could not be started');
      expect(events.filter(({ type }) => type === 'exit')).toHaveLength(1);
      expect(
        events.reduce((sum, event) => sum + (event.type === 'out' ? 0 : JSON.stringify(event).length), 0),
      ).toBeLessThan(MAX_SIDE_TEXT);
      expect(readFileSync(canary, 'utf8')).toBe(SECRET);
      const after = statSync(canary);
      expect([after.mode, after.mtimeMs, after.ino, after.nlink]).toEqual([
        before.mode,
        before.mtimeMs,
        before.ino,
        before.nlink,
      ]);
      expect(readdirSync(folder)).toEqual(['canary']);
      expect(guestsAlive()).toEqual([]);
      expect(guestSockets()).toEqual([]);
      expect(callers).toBe(0);
      expect(handle.changes().filter(({ path: changed }) => !`${changed}/`.startsWith('/tmp/'))).toEqual([]);
    });
  },
);

describe('after all of them', () => {
  it('the server still runs guests', async () => {
    expect((await runScript('print("well")')).out).toBe('well\n');
  });
});
