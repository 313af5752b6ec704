/** Policies and requests of every kind, for laws that hold for all of them. */
import fc from 'fast-check';
import { CALLS } from '../../calls.ts';
import type { CallRequest } from '../../policy/model.ts';
import type { OtherwiseSpec, RuleSpec, Selector } from '../../policy/ruleSpec.ts';

const selector = fc.constantFrom<Selector>(
  '*',
  'read',
  'write',
  'files',
  'io',
  'll_os_open',
  'll_os_stat',
  'll_os_rename',
  'll_socket_socket',
);
const glob = fc.constantFrom('/tmp/**', '/tmp/*', '**', '/tmp/a', '/{tmp,bin}/**', '<stdin>');

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
    ...(paths ? { paths } : {}),
    ...(mode ? { mode } : {}),
    ...(effect === 'fake' ? { value } : {}),
  }));

export const anyRules = fc.array(anyRule, { maxLength: 8 });
export const anyOtherwise = fc.constantFrom<OtherwiseSpec[]>({ effect: 'allow' }, { effect: 'deny' });

const place = fc.constantFrom(
  '/tmp',
  '/tmp/a',
  '/tmp/a/b',
  '/tmp/[odd] {name}*?\\',
  '/tmp/missing',
  '/bin/lib/os.py',
  '/etc/passwd',
  '<stdin>',
);

/** As a resolver makes them: flags and names stand in the arguments, and the access follows from them. */
export const anyRequest: fc.Arbitrary<CallRequest> = fc
  .record({
    call: fc.constantFrom(...CALLS.filter(({ name }) => name !== 'll_dlopen')),
    path: place,
    newpath: place,
    asked: fc.boolean(),
    lost: fc.boolean(),
    writes: fc.boolean(),
  })
  .map(({ call, path, newpath, asked, lost, writes }) => {
    const has = (name: string): boolean => call.args.some((arg) => arg.name === name);
    const flags = writes ? 0o101 : 0;
    const args = {
      ...(has('path') ? { path: asked ? path : 'relative' } : {}),
      ...(has('newpath') ? { newpath } : {}),
      ...(has('fd') ? { fd: 3 } : {}),
      ...(has('flags') ? { flags } : {}),
    };
    const named = has('path') || (has('fd') && !lost);
    const access = call.access === 'depends' ? (writes && has('flags') ? 'write' : 'read') : call.access;
    return {
      call: call.name,
      args,
      access,
      ...(named ? { path } : {}),
      ...(has('newpath') ? { newpath } : {}),
    };
  });
