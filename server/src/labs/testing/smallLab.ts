/** A small lab for tests: /tmp may be written to below one megabyte, /tmp/secret not read, and a quote fetched. */
import { readPack, type Pack } from '../packReader.ts';

export const SMALL_LAB: { readonly [path: string]: string } = {
  'lab.yaml': `format: 1
id: small-lab
title: A small lab
summary: For tests.
level: 1
minutes: 20
goals: [ "Write rules" ]
limits: { cpuSeconds: 5, wallSeconds: 20 }
files:
  - { path: script.py }
  - { path: policy.ts }
  - { path: notes.txt, access: read-only }
  - { path: prediction.txt }
world:
  /secret/canary.txt: { text: "{{canary}}\\n" }
services:
  - { address: "quote:17", reply: hidden/quotes.txt }
parameters:
  canary: { words: 3 }
templated: [ README.md, checks/* ]
steps:
  - { title: Write, anchor: write, checks: [ writes ] }
hints:
  - { step: 0, text: Look at the rules., cost: 5 }
checks:
  - id: writes
    title: A file can be written
    weight: 3
    message: Let the guest write below /tmp.
    honest: { script: checks/write.py }
    expect:
      output: { contains: written }
      files: { /tmp/out.txt: { equals: "hello {{canary}}\\n" } }
      calls: [ { call: ll_os_open, path: /tmp/out.txt, verdict: allow } ]
  - id: secret
    title: The secret stays
    weight: 2
    message: See who reads it.
    attack: { script: attacks/steal.py, secret: "{{canary}}" }
  - id: table
    title: Verdicts
    message: One of the verdicts is another.
    partial: true
    weight: 2
    policyTests:
      - { call: ll_os_open, path: /tmp/a, mode: write, expect: allow }
      - { call: ll_os_open, path: /secret/canary.txt, mode: read, expect: deny, errno: EACCES }
  - id: prediction
    title: A prediction
    message: Say what you expect.
    code: { file: prediction.txt, matches: "^EACCES$", trim: true }
wrong:
  - { name: open-door, loses: [ secret, table ], why: The default lets everything through. }
`,
  'README.md': '# Small\n\n## Write\n\nYour canary is {{canary}}.\n',
  'starter/script.py': 'print("hello")\n',
  'starter/policy.ts':
    "import { policy } from 'sandtable';\n\nexport default policy({ rules: [], otherwise: 'deny' });\n",
  'starter/notes.txt': 'Read me.\n',
  'starter/prediction.txt': '\n',
  'hidden/quotes.txt': 'Less is more.\nMore is less.\n',
  'checks/write.py': 'open("/tmp/out.txt", "w").write("hello {{canary}}\\n")\nprint("written")\n',
  'attacks/steal.py': 'print(open("/secret/canary.txt").read())\n',
  'solution/policy.ts': `import { policy, deny, standard } from 'sandtable';

export default policy({
  rules: [deny('*', '/secret/**', { errno: 'EACCES', why: 'It is one.' }), ...standard.rules],
  otherwise: 'deny',
});
`,
  'solution/prediction.txt': 'EACCES\n',
  'wrong/open-door/policy.ts':
    "import { policy } from 'sandtable';\n\nexport default policy({ rules: [], otherwise: 'allow' });\n",
  'wrong/open-door/prediction.txt': 'EACCES\n',
};

/** Files of the small lab with some of them changed; null takes one away. */
export function smallLabFiles(
  changed: { readonly [path: string]: string | null } = {},
): Map<string, Uint8Array> {
  const all: { [path: string]: string | null } = { ...SMALL_LAB, ...changed };
  return new Map(
    Object.entries(all)
      .filter(([, text]) => text !== null)
      .map(([path, text]) => [path, new TextEncoder().encode(text!)]),
  );
}

export function smallLab(changed: { readonly [path: string]: string | null } = {}): Pack {
  const read = readPack(smallLabFiles(changed));
  if (!read.ok) throw new Error(read.problems.map(({ field, message }) => `${field} ${message}`).join('\n'));
  return read.pack;
}
