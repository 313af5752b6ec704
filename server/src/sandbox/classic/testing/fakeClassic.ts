/** A folder that looks like a build of the classic sandbox, with the stand-in of `fakeChild.py` as its executable. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The interpreter that the project needs anyway; alone, and with nothing read from its surroundings. */
const INTERPRETER = '#!/usr/bin/pypy3 -SEsI';

export interface FakeClassic {
  readonly folder: string;
  readonly executable: string;
  remove(): void;
}

/** `first`: what the executable does before it is a child; a line of Python. */
export function fakeClassic(first = ''): FakeClassic {
  const folder = mkdtempSync(path.join(tmpdir(), 'sandtable-classic-'));
  // Guests are users of their own.
  chmodSync(folder, 0o755);
  mkdirSync(path.join(folder, 'lib-python', '2.7'), { recursive: true });
  mkdirSync(path.join(folder, 'lib_pypy'));
  mkdirSync(path.join(folder, 'bin'));
  writeFileSync(path.join(folder, 'lib-python', '2.7', 'os.py'), '"""The library."""\n');
  writeFileSync(path.join(folder, 'lib-python', '2.7', 'os.pyc'), 'bytecode');
  const executable = path.join(folder, 'bin', 'pypy-c-sandbox');
  const child = readFileSync(new URL('./fakeChild.py', import.meta.url), 'utf8');
  writeFileSync(executable, `${INTERPRETER}\n${first}\n${child}`, { mode: 0o755 });
  return {
    folder,
    executable,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
