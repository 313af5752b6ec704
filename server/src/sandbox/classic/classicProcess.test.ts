import { clampLimits } from '@sandtable/shared/limits';
import { afterEach, describe, expect, it } from 'vitest';
import type { GuestEnd } from '../guestProcess.ts';
import { classicCommand } from './classicCommand.ts';
import { ClassicProcess } from './classicProcess.ts';
import { confinement, type Confinement } from './confinement.ts';
import { encodeMarshal, type MarshalValue } from './marshal.ts';
import type { ClassicRequest } from './requestReader.ts';
import { fakeClassic, type FakeClassic } from './testing/fakeClassic.ts';

const builds: FakeClassic[] = [];
afterEach(() => {
  for (const build of builds.splice(0)) build.remove();
});

const bytesOf = (value: MarshalValue): number => (value.code === 's' ? value.bytes.length : 0);

const OK: MarshalValue = { code: 'i', value: 0 };
const TRUE: MarshalValue = { code: 'T' };

interface Watched {
  readonly process: ClassicProcess;
  readonly names: string[];
  readonly broken: string[];
  readonly said: string[];
  readonly fatal: string[];
  readonly ended: Promise<GuestEnd>;
}

/** Answers as a controller would that knows `script` and nothing else. */
function watch(
  script: string,
  walls: Confinement,
  options: { first?: string; answer?: (request: ClassicRequest, process: ClassicProcess) => boolean } = {},
): Watched {
  const build = fakeClassic(options.first);
  builds.push(build);
  const names: string[] = [];
  const broken: string[] = [];
  const said: string[] = [];
  const fatal: string[] = [];
  const { promise, resolve } = Promise.withResolvers<GuestEnd>();
  let rest = script;
  const reply = (value: MarshalValue): void => {
    process.reply(encodeMarshal([OK, value]));
  };
  const process = new ClassicProcess(
    classicCommand({
      executable: build.executable,
      confinement: walls,
      limits: clampLimits({ cpuSeconds: 20 }),
      uid: null,
      argv: ['/tmp/script.py'],
    }),
    {
      request: (request) => {
        const { name } = request;
        names.push(name.slice(name.lastIndexOf('_') + 1));
        if (options.answer?.(request, process) === true) return;
        if (name.endsWith('isatty')) reply(TRUE);
        else if (name.endsWith('open')) reply({ code: 'i', value: 3 });
        else if (name.endsWith('read')) {
          // The first file is the library's, the second the script.
          const isScript = names.filter((each) => each === 'open').length === 2;
          reply({ code: 's', bytes: Buffer.from(isScript ? rest : '') });
          if (isScript) rest = '';
        } else if (name.endsWith('write')) reply({ code: 'i', value: bytesOf(request.args[1]!) });
        else reply({ code: 'N' });
      },
      broken: (code) => broken.push(code),
      said: (line) => said.push(line),
      fatal: (message) => fatal.push(message),
      ended: resolve,
    },
  );
  return { process, names, broken, said, fatal, ended: promise };
}

const BARE: Confinement = { tools: false, namespaces: false, missing: [] };
const here = await confinement();

describe.each([
  ['under all that this machine offers', here],
  ['without tools', BARE],
])('a classic child %s', (_what, walls) => {
  it('asks, is answered, and ends as it likes', async () => {
    const { names, ended, broken } = watch('import sys\nout("hello")\nsys.exit(3)', walls);
    expect(await ended).toEqual({ kind: 'exited', code: 3, signal: null });
    expect(names.slice(0, 3)).toEqual(['getenv', 'envitems', 'stat']);
    expect(names.at(-1)).toBe('write');
    expect(broken).toEqual([]);
  });

  it.each([
    ['garbage', 'send(b"Python 2.7.13 (default)")', 'unknown-code'],
    ['a name that is none', 'send(dump(b"\\xff\\n") + dump(()))', 'bad-name'],
    ['a reference', 'send(dump("x") + b"(\\x01\\0\\0\\0R\\0\\0\\0\\0")', 'unknown-code'],
    ['a length without end', 'send(b"s\\xff\\xff\\xff\\x7f")', 'bad-name'],
    [
      'a second question before the answer',
      'q = dump("ll_os.ll_os_getcwd") + dump(())\nsend(q + q)',
      'out-of-turn',
    ],
  ])('is killed for %s', async (_name, script, code) => {
    const { broken, ended } = watch(`${script}\nreceive()`, walls);
    expect(await ended).toEqual({ kind: 'exited', code: null, signal: 'SIGKILL' });
    expect(broken).toEqual([code]);
  });

  it('may take its time with a question', async () => {
    const script =
      'import time\nfor b in dump("ll_os.ll_os_getcwd") + dump(()): send(bytes([b])); time.sleep(0.001)\nreceive()';
    const { names, ended } = watch(script, walls);
    expect(await ended).toEqual({ kind: 'exited', code: 0, signal: null });
    expect(names.at(-2)).toBe('getcwd');
  });

  it('cannot ask while it waits', async () => {
    const script = 'send(dump("ll_os.ll_os_wait") + dump(()))\nsend(b"s")\nreceive()';
    const { broken, ended } = watch(script, walls, { answer: ({ name }) => name.endsWith('wait') });
    await ended;
    expect(broken).toEqual(['out-of-turn']);
  });

  it('tells what it says on its real standard error, so many lines and no more', async () => {
    const { said, fatal, ended } = watch(
      'error("Not Implemented: sandboxing for external function \'ctime\'\\n")\n' +
        'error(("x" * 1000 + "\\n") * 100)\nerror("Fatal RPython error: MemoryError\\n")\nimport os\nos.abort()',
      walls,
    );
    expect(await ended).toEqual({ kind: 'exited', code: null, signal: 'SIGABRT' });
    expect(said[0]).toBe("Not Implemented: sandboxing for external function 'ctime'");
    expect(said).toHaveLength(50);
    expect(said[1]).toHaveLength(300);
    expect(fatal).toEqual(['out of memory (MemoryError)']);
  });

  it('ends with the status it asked for', async () => {
    const { ended } = watch('call("_exit", 7)', walls, {
      answer: ({ name }, process) => {
        if (name.endsWith('_exit')) process.exit(7);
        return name.endsWith('_exit');
      },
    });
    expect(await ended).toEqual({ kind: 'exited', code: 7, signal: null });
  });

  it('is no guest if it ends before it has asked anything', async () => {
    const { ended } = watch('', walls, { first: 'import sys; sys.exit("no library")' });
    expect(await ended).toEqual({ kind: 'no-start', code: 'classic-died', message: 'no library' });
  });

  it('ends when it closes its side', async () => {
    const { ended } = watch('import os, time\nos.close(1)\ntime.sleep(60)', walls);
    expect(await ended).toEqual({ kind: 'exited', code: null, signal: 'SIGKILL' });
  });

  it('starts with an empty environment', async () => {
    const { names, ended } = watch('import os\nout(repr(dict(os.environ))) if os.environ else None', walls);
    expect(await ended).toMatchObject({ code: 0 });
    expect(names).not.toContain('write');
  });
});

describe('a classic child that is not there', () => {
  it('is told as such', async () => {
    const { promise, resolve } = Promise.withResolvers<GuestEnd>();
    new ClassicProcess(
      classicCommand({
        executable: '/nowhere/pypy-c',
        confinement: BARE,
        limits: clampLimits(),
        uid: null,
        argv: [],
      }),
      {
        request: () => undefined,
        broken: () => undefined,
        said: () => undefined,
        fatal: () => undefined,
        ended: resolve,
      },
    );
    expect(await promise).toMatchObject({ kind: 'no-start', code: 'classic-missing' });
  });
});
