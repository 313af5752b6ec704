/** What a lab adds to an ordinary run, as the guest meets it and as the page is shown it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '@sandtable/shared/events';
import { labRunExtras } from '../labs/labRun.ts';
import { labInstance } from '../labs/labInstance.ts';
import { SMALL_LAB, smallLab } from '../labs/testing/smallLab.ts';
import { launchGuest } from './launchGuest.ts';
import { limitsUnder } from './labPart.ts';
import { LOG_FILE } from './logFormat.ts';
import { hostRuns } from './runHost.ts';
import type { FromWorker, RunSpec, ToWorker } from './workerMessages.ts';

const root = mkdtempSync(path.join(tmpdir(), 'lab-part-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const OPEN = `import { policy } from 'sandtable';
export default policy({ rules: [], otherwise: 'allow' });
`;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let runs = 0;

interface Ended {
  readonly messages: readonly FromWorker[];
  readonly events: readonly RunEvent[];
  readonly log: string;
  readonly out: string;
  ask(message: ToWorker & { readonly id: number }): Promise<FromWorker>;
}

/** A run as a worker thread makes it, in this one. */
async function run(script: string, spec: Partial<RunSpec>): Promise<Ended> {
  const { port1, port2 } = new MessageChannel();
  hostRuns(port2, launchGuest);
  const messages: FromWorker[] = [];
  const waiting = new Map<number, (message: FromWorker) => void>();
  const over = Promise.withResolvers<undefined>();
  port1.on('message', (message: FromWorker) => {
    messages.push(message);
    if (message.type === 'batch') port1.postMessage({ type: 'taken', run: message.run } satisfies ToWorker);
    if (message.type === 'ended' || message.type === 'refused') over.resolve(undefined);
    if ('id' in message) waiting.get(message.id)?.(message);
  });
  const folder = path.join(root, String(++runs));
  port1.postMessage({
    type: 'start',
    allowed: Infinity,
    spec: {
      run: 'run',
      folder,
      mode: 'script',
      script: '/tmp/script.py',
      args: [],
      files: [
        { path: '/tmp/script.py', data: bytes(script) },
        { path: '/tmp/notes.txt', data: bytes('notes') },
      ],
      policy: { name: 'policy.ts', source: OPEN },
      size: { cols: 80, rows: 24 },
      cold: false,
      ...spec,
    },
  } satisfies ToWorker);
  await over.promise;
  const log = messages.some(({ type }) => type === 'ended')
    ? readFileSync(path.join(folder, LOG_FILE), 'utf8')
    : '';
  const events = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
  return {
    messages,
    events,
    log,
    out: events
      .map((event) => (event.type === 'out' ? event.data : ''))
      .join('')
      .replaceAll('\r\n', '\n'),
    ask: (message) =>
      new Promise((resolve) => {
        waiting.set(message.id, resolve);
        port1.postMessage(message);
        setTimeout(() => port1.close(), 5_000).unref();
      }),
  };
}

const pack = smallLab({
  'lab.yaml': SMALL_LAB['lab.yaml']!.replace(
    'world:\n',
    'policy: hidden/lab.ts\nworld:\n  /data/table.csv: { text: "a,b\\n", visible: true }\n',
  ),
  'hidden/lab.ts': `import { policy, deny } from 'sandtable';
export default policy({ rules: [deny('write', '/tmp/forbidden', { errno: 'EROFS', why: 'The lab says so.' })], otherwise: 'allow' });
`,
});
const lab = labRunExtras(pack, 'seed');
const canary = labInstance(pack, 'seed').values['canary']!;

describe('a run of a lab', () => {
  it('has the world, the services, the policy and the limits of the lab', async () => {
    const { out, events } = await run(
      `
import os, socket
print(len(open('/secret/canary.txt').read()), open('/data/table.csv').read().strip())
print(socket.create_connection(('quote', 17)).recv(100).decode().strip() in ('Less is more.', 'More is less.'))
for path in ('/tmp/forbidden', '/tmp/notes.txt', '/tmp/mine'):
    try: open(path, 'w').close(); print('wrote', path)
    except OSError as error: print(error)
`,
      { lab },
    );
    expect(out.split('\n')).toEqual([
      `${String(canary.length + 1)} a,b`,
      'True',
      "[Errno 30] Read-only file system: '/tmp/forbidden'",
      "[Errno 13] Permission denied: '/tmp/notes.txt'",
      'wrote /tmp/mine',
      '',
    ]);
    expect(events.find(({ type }) => type === 'start')).toMatchObject({
      limits: { cpuSeconds: 5, wallSeconds: 20 },
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'call', verdict: 'deny', reason: 'The lab says so.' }),
    );
  });

  it('shows nobody what only the guest may look into: not in the files, not in the log, not through a link', async () => {
    const { log, ask } = await run(
      `
import os
os.symlink('/secret', '/tmp/door')
with open('/secret/canary.txt', 'a') as file: file.write('more')
`,
      { lab },
    );
    expect(log).toContain('/secret/canary.txt');
    expect(log).not.toContain(canary);
    const read = (id: number, file: string): Promise<FromWorker> =>
      ask({ type: 'read', id, run: 'run', path: file, maxBytes: 1000 });
    for (const [id, file] of [
      '/secret/canary.txt',
      '/secret//./canary.txt',
      '/tmp/../secret/canary.txt',
      '/tmp/door/canary.txt',
    ].entries())
      expect(await read(id, file)).toMatchObject({ result: { ok: false } });
    expect(await ask({ type: 'list', id: 50, run: 'run', path: '/secret' })).toMatchObject({
      result: { ok: true, entries: [] },
    });
    expect(await read(51, '/data/table.csv')).toMatchObject({ result: { ok: true } });
    expect(await read(52, '/tmp/script.py')).toMatchObject({ result: { ok: true } });
  });

  it('that is only audited has no files that a policy would have to protect', async () => {
    const { out } = await run(
      `
import os
print(os.path.exists('/secret/canary.txt'), os.path.exists('/data/table.csv'))
`,
      { lab, audit: true },
    );
    expect(out).toBe('False True\n');
  });

  it('is refused without a word of the lab’s policy where that does not load', async () => {
    const { messages } = await run('', { lab: { ...lab, policy: 'secret nonsense' } });
    expect(messages).toEqual([
      {
        type: 'refused',
        run: 'run',
        refusal: { ok: false, code: 'internal', message: expect.stringContaining('does not load') },
      },
    ]);
    expect(JSON.stringify(messages)).not.toContain('nonsense');
  });
});

it('limits: the lab gives, a policy takes less and never more', () => {
  expect(limitsUnder({}, { cpuSeconds: 5 }).cpuSeconds).toBe(5);
  expect(limitsUnder({ cpuSeconds: 2 }, { cpuSeconds: 5 }).cpuSeconds).toBe(2);
  expect(limitsUnder({ cpuSeconds: 50 }, { cpuSeconds: 5 }).cpuSeconds).toBe(5);
  expect(limitsUnder({ cpuSeconds: 50 }).cpuSeconds).toBe(50);
  expect(limitsUnder({}, { cpuSeconds: 1e9 }).cpuSeconds).toBe(3600);
});
