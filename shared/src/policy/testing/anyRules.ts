/** Rules and requests of every kind, for laws that hold for all of them. */
import fc from 'fast-check';
import { CALLS } from '../../calls.ts';
import type { CallRequest } from '../model.ts';
import type { OtherwiseSpec, RuleSpec, Selector } from '../ruleSpec.ts';

const selector = fc.constantFrom<Selector>(
  '*',
  'read',
  'write',
  'files',
  'io',
  'process',
  'll_os_open',
  'll_os_stat',
  'll_os_rename',
  'll_os_fork',
  'll_socket_socket',
);
const glob = fc.constantFrom('/tmp/**', '/tmp/*', '**', '/tmp/a', '/{tmp,bin}/**', '/tmp/**/b', '<stdin>');

export const anyRule: fc.Arbitrary<RuleSpec> = fc
  .record({
    effect: fc.constantFrom<RuleSpec['effect'][]>('allow', 'deny', 'fake'),
    select: fc.array(selector, { minLength: 1, maxLength: 3 }),
    paths: fc.option(fc.array(glob, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    mode: fc.option(fc.constantFrom<('read' | 'write' | 'none')[]>('read', 'write', 'none'), {
      nil: undefined,
    }),
    value: fc.constantFrom('quiet', 1),
  })
  .map(({ effect, select, paths, mode, value }) => ({
    effect,
    select,
    label: `${effect}(${select.join()}, ${paths?.join() ?? ''}, ${mode ?? ''})`,
    ...(paths === undefined ? {} : { paths }),
    ...(mode === undefined ? {} : { mode }),
    ...(effect === 'fake' ? { value } : {}),
  }));

export const anyRules = fc.array(anyRule, { maxLength: 8 });
export const anyOtherwise = fc.constantFrom<OtherwiseSpec[]>({ effect: 'allow' }, { effect: 'deny' });

export const anyPath = fc.constantFrom(
  '/',
  '/tmp',
  '/tmp/a',
  '/tmp/a/b',
  '/bin/lib/os.py',
  '/etc/passwd',
  '<stdin>',
);

/** Any call with any place and access, also such as no resolver makes. */
export const anyRequest: fc.Arbitrary<CallRequest> = fc
  .record({
    call: fc.constantFrom(...CALLS.map(({ name }) => name)),
    path: fc.option(anyPath, { nil: undefined }),
    newpath: fc.option(anyPath, { nil: undefined }),
    access: fc.constantFrom<CallRequest['access'][]>('read', 'write', 'none'),
  })
  .map(({ call, path: first, newpath, access }) => ({
    call,
    args: {},
    access,
    ...(first === undefined ? {} : { path: first }),
    ...(first === undefined || newpath === undefined || (call !== 'll_os_rename' && call !== 'll_os_link')
      ? {}
      : { newpath }),
  }));
