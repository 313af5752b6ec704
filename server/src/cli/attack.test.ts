/** `sandtable attack` as a person meets it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOutput, type CommandOutput } from './testing/commandOutput.ts';

const WRONG = fileURLToPath(new URL('../../policies/wrong/', import.meta.url));

/** Starting the type checker on a busy machine is what takes the time. */
const TIMEOUT_MS = 90_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandtable-attack-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const attack = (...args: string[]): Promise<CommandOutput> => commandOutput(folder, ['attack', ...args]);

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

const BUDGET = ['--seconds', '60', '--sequences', '2000', '--seed', '7'] as const;

describe('sandtable attack', { timeout: TIMEOUT_MS }, () => {
  it('prints the script, the rule, the function that passed the call on, and what the property said', async () => {
    const { status, out } = await attack(
      ...['--policy', `${WRONG}truncate.ts`, '--property', `${WRONG}truncate.yaml`],
      ...BUDGET,
    );
    expect(out).toContain('The property: /data/marks.csv is never changed, removed, renamed or replaced.');
    expect(out).toContain('A hole: /data/marks.csv was changed.');
    expect(out).toMatch(/^ {2}import os$/m);
    expect(out).toContain('os.O_RDONLY | os.O_TRUNC');
    expect(out).toMatch(
      /Let through by allow\('ll_os_open'\) \(\S+truncate\.ts:\d+\), in the call ll_os_open\./,
    );
    expect(out).toMatch(/the function ll_os_open passed it on \(\S+truncate\.ts:\d+\)/);
    expect(out).toMatch(/Found after \d+ sequences? in [\d.]+ seconds; seed 7\./);
    expect(status).toBe(1);
  });

  it('says as JSON that nothing was found', async () => {
    const property = file(
      'p.yaml',
      'never: { access: write, outside: /tmp }\nfiles: { /data/a.txt: hello }\n',
    );
    const { status, out } = await attack(
      ...['--policy', 'standard', '--property', property, '--json', '--seconds', '60', '--sequences', '200'],
    );
    expect(JSON.parse(out)).toMatchObject({ kind: 'nothing', sequences: 200, policy: 'standard' });
    expect(status).toBe(0);
  });

  it('says what is wrong with a property', async () => {
    const wrong = await attack(
      '--policy',
      'standard',
      '--property',
      file('w.yaml', 'never: { access: write }\n'),
    );
    expect(wrong).toMatchObject({ status: 2, out: '' });
    expect(wrong.err).toContain("never needs 'inside' or 'outside', and not both.");
    const broken = await attack('--policy', 'standard', '--property', file('b.yaml', 'never: {\n'));
    expect(broken.status).toBe(2);
    expect(broken.err).toMatch(/b\.yaml: .* at line \d/);
    expect((await attack('--policy', 'standard', '--seed', '1')).status).toBe(2);
  });

  it('says that there is nothing to try', async () => {
    const { status, out } = await attack(
      ...['--policy', 'standard', '--property', file('n.yaml', 'unread: /nowhere/*.txt\n'), ...BUDGET],
    );
    expect(out).toContain('Nothing in the world of this policy is what the property speaks of.');
    expect(status).toBe(2);
  });
});
