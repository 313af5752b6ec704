/** Requests as a resolver makes them, for laws of recorded runs; the rules are those of `policy/testing`. */
import fc from 'fast-check';
import { CALLS } from '../../calls.ts';
import type { CallRequest } from '../../policy/model.ts';

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
