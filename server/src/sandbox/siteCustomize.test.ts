/** What the interpreter's own library makes of a sandbox, where PyPy alone would break down. */
import { expect, it } from 'vitest';
import { runScript } from './testing/runScript.ts';

it('a guest is told its platform by its own world, and no program is started for that', async () => {
  const { out, rows } = await runScript(
    `import platform, sys
print(platform.system(), platform.node(), platform.machine(), repr(platform.processor()))
print(platform.platform().split('-with')[0], platform.architecture()[0], platform.uname()[1])
print([each for each in sys.meta_path if 'sitecustomize' in repr(each)])
`,
    {
      policy: `import { policy, standard } from 'sandtable';
export default policy({ ...standard, identity: { hostname: 'quiet' } });`,
    },
  );
  expect(out).toBe("Linux quiet x86_64 ''\nLinux-6.1.0-x86_64 64bit quiet\n[]\n");
  expect(rows().map(({ call }) => call)).not.toContain('ll_os_fork');
});

const CANNOT_FAIL = ['getppid', 'getpgrp', 'getuid', 'geteuid', 'getgid', 'getegid', 'umask', 'getloadavg'];

const ASKING = `import os
for name in ${JSON.stringify(CANNOT_FAIL)}:
    try:
        print(name, getattr(os, name)(*([0] if name == 'umask' else [])))
    except Exception as error:
        print(name, type(error).__name__)
`;

it.each([
  ["{ errno: 'EPERM' }", '0 0 4294967295 4294967295 4294967295 4294967295 -1 OSError'],
  ["{ raise: 'RuntimeError' }", CANNOT_FAIL.map(() => 'RuntimeError').join(' ')],
])('calls that cannot fail, denied with %s, say so in their way', async (denial, expected) => {
  const { out } = await runScript(ASKING, {
    policy: `import { policy, standard, deny } from 'sandtable';
export default policy({
  ...standard,
  rules: [deny([${CANNOT_FAIL.map((name) => `'ll_os_${name}'`).join(', ')}], ${denial}), ...standard.rules],
});`,
  });
  const answers = expected.split(' ');
  expect(out).toBe(CANNOT_FAIL.map((name, k) => `${name} ${answers[k]!}\n`).join(''));
});
