/** A lab that is begun from nothing: small, whole, and right, so that each thing its author changes is checked against something that works. */
import type { PackFiles } from './packFiles.ts';

export interface LabBeginning {
  readonly id: string;
  readonly title: string;
  /** 1 first steps … 4 hard */
  readonly level: number;
}

export function newLab({ id, title, level }: LabBeginning): PackFiles {
  const files: Readonly<Record<string, string>> = {
    'lab.yaml': manifest(id, title, level),
    'README.md': task(title),
    ...FILES,
  };
  const encoder = new TextEncoder();
  return new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]));
}

/** A title may hold what means something in YAML; as JSON it is a text in YAML as well. */
const manifest = (
  id: string,
  title: string,
  level: number,
): string => `# What this lab is. Everything that may stand here: docs/labs.md.
format: 1
id: ${id}
title: ${JSON.stringify(title)}
summary: One or two sentences for the catalogue. Say what one will be able to do.
level: ${level}
minutes: 30
goals:
  - What one can do afterwards

# The bench of a student. Each file begins as the one of its name in starter/.
files:
  - { path: script.py }
  - { path: policy.ts }

# What the guest finds beside the bench. {{word}} is another one for each student, and in the checks another one again.
world:
  /secret/word.txt: { text: "{{word}}\\n" }
parameters:
  word: { words: 2, fresh: true }

# The task beside the bench: a step ticks when its checks pass. Anchors are headings of README.md.
steps:
  - { title: Keep the secret, anchor: keep-the-secret, checks: [secret, verdicts] }
  - { title: Let honest work go on, anchor: let-honest-work-go-on, checks: [honest] }

hints:
  - { step: 0, cost: 0, text: 'Run the script and look at the trace: which call reads the word?' }
  - { step: 0, cost: 10, text: "A rule above the others decides first: \`deny('read', '/secret/**', { errno: 'EACCES' })\`." }

# A script that does harm must fail, and an honest one must still work: a policy that refuses everything is no solution.
checks:
  - id: secret
    title: The secret stays
    weight: 3
    message: The script still learned what is in /secret. Look for the call that read it.
    attack: { script: attacks/read.py, secret: '{{word}}' }
  - id: verdicts
    title: Verdicts
    weight: 2
    message: One of the calls below /secret gets another verdict than it should.
    policyTests:
      - { call: ll_os_open, path: /secret/word.txt, mode: read, expect: deny, errno: EACCES }
      - { call: ll_os_open, path: /tmp/notes.txt, mode: write, expect: allow }
  - id: honest
    title: Honest work goes on
    weight: 2
    message: A script that only keeps notes in /tmp was stopped. Refuse less.
    honest: { script: checks/notes.py }
    expect:
      output: { contains: 'kept: 2 lines' }

# Submissions that are wrong in the way students are wrong. Each loses the checks that it names and no others.
wrong:
  - name: only-the-folder
    loses: [secret, verdicts]
    why: Refuses the folder itself. What is in it has another path.
  - name: no-to-everything
    loses: [honest, verdicts]
    why: A sandbox in which nothing works keeps every secret, and nobody wants it.
`;

const task = (title: string): string => `# ${title}

Say here what this is about, and why anybody should care. There is a word in \`/secret/word.txt\`, and the guest can read it.

## Keep the secret

Run \`script.py\`: it prints the word. Write a rule in \`policy.ts\` that refuses whatever reads below \`/secret\`, with \`EACCES\`.

\`\`\`python run
print(open('/secret/word.txt').read())
\`\`\`

## Let honest work go on

A program that keeps notes in \`/tmp\` does no harm. It should not notice your rule.
`;

const STARTER_POLICY = `import { policy, standard } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  rules: [
    // Yours come here: the first one that fits decides.
    ...standard.rules,
  ],
  otherwise: 'deny',
});
`;

const withRule = (rule: string): string =>
  STARTER_POLICY.replace('{ policy, standard }', '{ deny, policy, standard }').replace(
    '// Yours come here: the first one that fits decides.',
    () => rule,
  );

const FILES = {
  'starter/script.py': "print('The word is', open('/secret/word.txt').read())\n",
  'starter/policy.ts': STARTER_POLICY,
  'checks/notes.py': `import os

os.makedirs('/tmp/notes', exist_ok=True)
with open('/tmp/notes/today.txt', 'w') as file:
    file.write('one\\ntwo\\n')
with open('/tmp/notes/today.txt') as file:
    print('kept:', len(file.readlines()), 'lines')
`,
  'attacks/read.py': `import os

for folder, folders, files in os.walk('/secret'):
    for name in files:
        print(open(os.path.join(folder, name)).read())
print(open('/tmp/../secret/word.txt').read())
`,
  'solution/policy.ts': withRule(
    "deny('read', '/secret/**', { errno: 'EACCES', why: 'The word is not for you.' }),",
  ),
  'wrong/only-the-folder/policy.ts': withRule("deny('read', '/secret', { errno: 'EACCES' }),"),
  'wrong/no-to-everything/policy.ts': `import { deny, policy } from 'sandtable';

export default policy({
  rules: [deny('*', '/**', { errno: 'EACCES' })],
  otherwise: 'deny',
});
`,
} as const;
