/** An attack as a script that a person reads: one line a step, and what the steps need above it. */
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../sandbox/vfs/index.ts';
import { placeOf } from './stepCalls.ts';
import { descriptorsOf, isReading, OWN_BYTES, READ_SIZE, type Data, type Ref, type Step } from './steps.ts';
import type { StepEnd } from './trial.ts';

/** Seconds that the main thread gives one that it started: it is to be under way, and not through. */
const HEAD_START = 0.1;

const FLAGS: readonly (readonly [number, string])[] = [
  [O_CREAT, 'os.O_CREAT'],
  [O_EXCL, 'os.O_EXCL'],
  [O_TRUNC, 'os.O_TRUNC'],
  [O_APPEND, 'os.O_APPEND'],
  [O_NOFOLLOW, 'os.O_NOFOLLOW'],
];

/** The script; `ends` tells which steps failed, and are let fail. */
export function pythonScript(steps: readonly Step[], ends: readonly StepEnd[]): string {
  const fds: string[] = [];
  const reads: string[] = [];
  const lines: string[] = [];
  const imports = new Set(['os']);
  const threads: string[] = [];
  for (const [index, step] of steps.entries()) {
    const end = ends[index];
    if (end === undefined || end.skipped) continue;
    const call = callText(step, fds, reads);
    let line: string;
    if (step.do === 'open' && step.thread && end.waited) {
      imports.add('threading').add('time');
      const name = `thread${String(threads.length + 1)}`;
      threads.push(name);
      line = `${name} = threading.Thread(target=lambda: ${call}); ${name}.start(); time.sleep(${String(HEAD_START)})`;
    } else if (step.do === 'socketpair') {
      imports.add('socket');
      const number = String(fds.length);
      fds.push(`left${number}.fileno()`, `right${number}.fileno()`);
      line = `left${number}, right${number} = ${call}`;
    } else if (descriptorsOf(step) === 1) {
      const name = `fd${fds.length === 0 ? '' : String(fds.length + 1)}`;
      fds.push(name);
      line = `${name} = ${call}`;
    } else if (isReading(step)) {
      const name = `data${reads.length === 0 ? '' : String(reads.length + 1)}`;
      reads.push(name);
      line = `${name} = ${call}`;
    } else line = call;
    if (end.ok) lines.push(line);
    else {
      imports.add('contextlib');
      lines.push(`with contextlib.suppress(OSError, RuntimeError): ${line}`);
    }
  }
  for (const name of threads) lines.push(`${name}.join()`);
  return `import ${[...imports].join(', ')}\n${lines.join('\n')}\n`;
}

function callText(step: Step, fds: readonly string[], reads: readonly string[]): string {
  const fd = (ref: Ref | 'stdout'): string =>
    ref === 'stdout' ? '1' : (fds[placeOf(ref, fds.length) ?? 0] ?? '-1');
  const within = (ref: Ref | null): string => (ref === null ? '' : `, dir_fd=${fd(ref)}`);
  switch (step.do) {
    case 'open':
      return `os.open(${quoted(step.path)}, ${flagText(step.flags)}${within(step.at)})`;
    case 'write':
      return `os.write(${fd(step.fd)}, ${dataText(step.data, reads)})`;
    case 'pwrite':
      return `os.pwrite(${fd(step.fd)}, ${dataText(step.data, reads)}, 0)`;
    case 'read':
      return `os.read(${fd(step.fd)}, ${String(READ_SIZE)})`;
    case 'pread':
      return `os.pread(${fd(step.fd)}, ${String(READ_SIZE)}, 0)`;
    case 'ftruncate':
      return `os.ftruncate(${fd(step.fd)}, 0)`;
    case 'dup':
      return `os.dup(${fd(step.fd)})`;
    case 'dup2':
      return `os.dup2(${fd(step.fd)}, ${fd(step.onto)})`;
    case 'fchdir':
      return `os.fchdir(${fd(step.fd)})`;
    case 'close':
      return `os.close(${fd(step.fd)})`;
    case 'flistdir':
      return `os.listdir(${fd(step.fd)})`;
    case 'fchmod':
      return `os.fchmod(${fd(step.fd)}, 0o700)`;
    case 'listdir':
    case 'chdir':
    case 'utime':
      return `os.${step.do}(${quoted(step.path)})`;
    case 'chmod':
      return `os.chmod(${quoted(step.path)}, 0o700)`;
    case 'mkdir':
    case 'rmdir':
    case 'unlink':
      return `os.${step.do}(${quoted(step.path)}${within(step.at)})`;
    case 'rename':
    case 'link':
      return `os.${step.do}(${quoted(step.path)}, ${quoted(step.newpath)}${
        step.at === null ? '' : `, src_dir_fd=${fd(step.at)}, dst_dir_fd=${fd(step.at)}`
      })`;
    case 'symlink':
      return `os.symlink(${quoted(step.target)}, ${quoted(step.path)}${within(step.at)})`;
    case 'socketpair':
      return 'socket.socketpair()';
  }
}

function dataText(data: Data, reads: readonly string[]): string {
  if (data.of === 'own') return `b'${OWN_BYTES}'`;
  const name = reads[placeOf(data.ref, reads.length) ?? 0] ?? "b''";
  return data.part === 'all'
    ? name
    : data.part === 'first'
      ? `${name}[:len(${name}) // 2]`
      : `${name}[len(${name}) // 2:]`;
}

function flagText(flags: number): string {
  const mode = flags & O_ACCMODE;
  const names = [mode === O_WRONLY ? 'os.O_WRONLY' : mode === O_RDWR ? 'os.O_RDWR' : 'os.O_RDONLY'];
  for (const [bit, name] of FLAGS) if ((flags & bit) !== 0) names.push(name);
  return names.join(' | ');
}

/** A long run of one piece is written as a product, so that the line can be read. */
function quoted(text: string): string {
  const run = /^(.*?)((.{1,4}?)\3{40,})(.*)$/s.exec(text);
  if (run === null) return literal(text);
  const [, before = '', whole = '', piece = '', after = ''] = run;
  return [
    ...(before === '' ? [] : [literal(before)]),
    `${literal(piece)} * ${String(whole.length / piece.length)}`,
    ...(after === '' ? [] : [literal(after)]),
  ].join(' + ');
}

function literal(text: string): string {
  const escaped = text.replace(/[\\'\u0000-\u001f\u007f-\uffff]/g, (char) =>
    char === '\\' || char === "'" ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${escaped}'`;
}
