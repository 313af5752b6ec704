/** Hosts that do not behave: whatever they do, the end is told once and nothing is left. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { coldOrigin } from './guestOrigin.ts';
import { GuestProcess, type GuestEnd } from './guestProcess.ts';
import type { HostCommand } from './hostChild.ts';

/** A host in shell: descriptor 3 is the control channel. */
const shell = (script: string): HostCommand => ({ file: '/bin/sh', args: ['-c', script] });

/** Two FIFOs in a folder of their own, announced as the real host announces its pipes. */
const folder = mkdtempSync(path.join(tmpdir(), 'sandtable-host-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const PIPES = [
  `d=${folder}/$$`,
  'mkdir $d',
  'mkfifo $d/q $d/r',
  'exec 8<>$d/q 9<>$d/r',
  `printf '{"type":"pipes","pid":%d,"request":8,"reply":9}\\n' $$ >&3`,
  'read go <&3',
].join('; ');

interface Seen {
  readonly end: GuestEnd;
  readonly broken: string[];
  readonly hellos: number;
  readonly frames: number;
  readonly anew: number;
}

/** Sent when a hello has come, so that a host can wait for that. */
const HEARD = Buffer.from('heard\n');

function watch(
  command: HostCommand,
  then?: (guest: GuestProcess) => void,
  instead: HostCommand | null = null,
): Promise<Seen> {
  return new Promise((resolve) => {
    const broken: string[] = [];
    let hellos = 0;
    let frames = 0;
    let ends = 0;
    let anew = 0;
    const guest = new GuestProcess(
      coldOrigin(command),
      {
        hello: () => {
          hellos += 1;
          guest.reply(HEARD);
        },
        frame: () => {
          frames += 1;
        },
        startsAnew: () => {
          anew += 1;
        },
        broken: (code) => broken.push(code),
        ended: (end) => {
          ends += 1;
          // A second end would come in a later turn.
          setTimeout(() => {
            expect(ends).toBe(1);
            expect(guest.alive).toBe(false);
            resolve({ end, broken, hellos, frames, anew });
          }, 20);
        },
      },
      instead === null ? null : coldOrigin(instead),
    );
    then?.(guest);
  });
}

const bytes = (values: readonly number[]): string =>
  values.map((value) => `\\${value.toString(8).padStart(3, '0')}`).join('');
const HELLO = bytes([10, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 123, 125]);
const GETPID = bytes([8, 0, 0, 0, 1, 0, 0, 0, 80, 0, 1, 0]);
const READY = `printf '{"type":"ready"}\\n' >&3`;

describe('a host', () => {
  it.each([
    ['that is not there', { file: '/nonexistent/host', args: [] }, 'host-missing'],
    ['that ends at once', shell('exit 3'), 'host-died'],
    ['that talks nonsense', shell('echo hello >&3; exec sleep 20'), 'host-nonsense'],
    [
      'that says what is wrong',
      shell(`printf '{"type":"error","code":"pypy-missing","message":"no PyPy"}\\n' >&3; exit 70`),
      'pypy-missing',
    ],
    [
      'that names pipes it has not',
      shell(`printf '{"type":"pipes","pid":1,"request":77,"reply":78}\\n' >&3; exec sleep 20`),
      'pipes',
    ],
  ])('%s', async (_what, command, code) => {
    const { end } = await watch(command);
    expect(end).toMatchObject({ kind: 'no-start', code });
  });

  it('tells its own words when it dies early', async () => {
    const { end } = await watch(shell('echo "cannot do it" >&2; exit 1'));
    expect(end).toMatchObject({ kind: 'no-start', message: 'cannot do it' });
  });

  it('gets its requests read and its end told', async () => {
    const { end, frames, hellos } = await watch(
      shell(`${PIPES}; ${READY}; printf '${HELLO}${GETPID}${GETPID}' >&8; sleep 0.3; exit 5`),
    );
    expect([end, hellos, frames]).toEqual([{ kind: 'exited', code: 5, signal: null }, 1, 2]);
  });

  it.each([
    ['speaks before its hello', GETPID, 'no-hello'],
    ['says hello twice', HELLO + HELLO, 'second-hello'],
    ['says a hello that is no JSON', bytes([9, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 123]), 'bad-hello'],
    ['sends a frame that is too long', bytes([255, 255, 255, 255]), 'frame-too-long'],
  ])('is killed when it %s', async (_what, said, code) => {
    const { end, broken } = await watch(shell(`${PIPES}; ${READY}; printf '${said}' >&8; exec sleep 20`));
    expect(broken).toEqual([code]);
    expect(end).toMatchObject({ kind: 'exited', signal: 'SIGKILL' });
  });

  it.each([
    ['at once', 'exit 3'],
    ['when its pipes are open', `${PIPES}; exit 3`],
    ['when it is ready', `${PIPES}; ${READY}; kill -9 $$`],
    ['in the middle of its hello', `${PIPES}; ${READY}; printf '${HELLO.slice(0, 24)}' >&8; exit 3`],
  ])('that ends %s makes room for another, once', async (_when, script) => {
    const good = shell(`${PIPES}; ${READY}; printf '${HELLO}${GETPID}' >&8; read heard <&9; exit 5`);
    const { anew, frames, hellos, end } = await watch(shell(script), undefined, good);
    expect([anew, hellos, frames, end]).toEqual([1, 1, 1, { kind: 'exited', code: 5, signal: null }]);
    expect(await watch(shell(script), undefined, shell('exit 4'))).toMatchObject({
      anew: 1,
      end: { code: 'host-died' },
    });
  });

  it('that has said hello, or was killed, has no other', async () => {
    const other = shell('exit 4');
    const spoke = shell(`${PIPES}; ${READY}; printf '${HELLO}' >&8; read heard <&9; exit 3`);
    expect(await watch(spoke, undefined, other)).toMatchObject({ anew: 0, end: { code: 3 } });
    const silent = shell(`${PIPES}; ${READY}; exec sleep 20`);
    const killed = await watch(
      silent,
      (guest) =>
        setTimeout(() => {
          guest.kill();
        }, 50),
      other,
    );
    expect(killed.anew).toBe(0);
  });

  it('leaves no descriptor behind', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let k = 0; k < 5; k++) {
      await watch(shell(`${PIPES}; ${READY}; printf '${HELLO}' >&8; exec sleep 20`), (guest) =>
        setTimeout(() => {
          guest.kill();
        }, 80),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1);
  });
});
