/** A start with the platform's own bytecode does what a start that compiles does, and does not read the source. */
import { expect, it } from 'vitest';
import { compileSite, siteBytecode } from './siteBytecode.ts';
import { siteCustomize } from './siteCustomize.ts';
import { runScript } from './testing/runScript.ts';

const USUAL = siteCustomize({ modules: [], forked: false });

/** Refused calls raise, and the stack of a refused call is told: both are the module's work. */
const SCRIPT = `import os
try:
    os.system("ls")
except RuntimeError as error:
    print("refused", type(error).__name__)`;

it('is made by the machine’s PyPy, once, and taken by every later start', async () => {
  const before = await runScript(SCRIPT);
  expect(siteBytecode(USUAL)).toBeNull();
  await compileSite(USUAL);
  expect(siteBytecode(USUAL)?.name).toMatch(/^sitecustomize\.pypy\d+\.pyc$/);
  const after = await runScript(SCRIPT);

  expect(after.out).toBe(before.out);
  expect(after.out).toContain('refused RuntimeError');
  const denied = (run: typeof before) =>
    run
      .rows()
      .filter(({ verdict }) => verdict === 'deny')
      .map(({ call, path, stack }) => ({ call, path, stack }));
  expect(denied(after)).toEqual(denied(before));
  expect(denied(after).at(-1)?.stack?.[0]).toMatchObject({ file: '/tmp/script.py', line: 3 });
  const opened = (run: typeof before) =>
    run
      .rows()
      .filter(({ call, errno }) => call === 'll_os_open' && errno === undefined)
      .map(({ args }) => (typeof args['path'] === 'string' ? args['path'] : ''))
      .filter((path) => path.includes('/sitecustomize'))
      .map((path) => path.slice(path.lastIndexOf('/') + 1));
  expect(opened(before)).toEqual(['sitecustomize.py']);
  expect(opened(after)).toEqual([siteBytecode(USUAL)?.name]);
});

it('of a text that is no Python is not there, so that the interpreter says what is wrong with it', async () => {
  await compileSite('this is no Python');
  expect(siteBytecode('this is no Python')).toBeNull();
});
