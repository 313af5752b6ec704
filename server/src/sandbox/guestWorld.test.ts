import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildGuestWorld, type GuestWorld, type GuestWorldResult } from './guestWorld.ts';
import { guestPath } from './paths.ts';
import type { StartFile } from './runHandle.ts';
import { O_CREAT, O_WRONLY, type LimitHit } from './vfs/index.ts';

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'sandtable-world-'));
  mkdirSync(join(base, 'pypy3.9'));
  writeFileSync(join(base, 'pypy3.9', 'os.py'), 'x = 1\n');
});
afterAll(() => rmSync(base, { recursive: true }));

interface Quotas {
  readonly files?: number;
  readonly totalBytes?: number;
  readonly fileBytes?: number;
}

function world(
  quotas: Quotas,
  ofLab?: readonly StartFile[],
): { readonly world: GuestWorld; readonly hits: LimitHit[] } {
  const hits: LimitHit[] = [];
  const built = build(quotas, hits, ofLab);
  if (!built.ok) throw new Error(built.message);
  return { world: built.world, hits };
}

function build(quotas: Quotas, hits: LimitHit[] = [], ofLab: readonly StartFile[] = []): GuestWorldResult {
  return buildGuestWorld({
    world: {
      mounts: [
        { at: '/tmp', mode: 'read-write', files: { 'from-policy': '1234' } },
        { at: '/data/deep', mode: 'read-write' },
      ],
      quotas,
      identity: {},
      limits: {},
    },
    identity: { hostname: 'sandbox', uid: 1000, gid: 1000, user: 'guest', environment: [] },
    stdlib: join(base, 'pypy3.9'),
    siteCustomize: '# long enough to matter\n'.repeat(100),
    startText: '# start\n'.repeat(100),
    files: [...ofLab, { path: '/tmp/script.py', data: Buffer.from('123456') }],
    folders: [],
    openTerminal: () => ({ ok: false, errno: 'ENXIO' }),
    memoryBytes: 64 * 1024 * 1024,
    onLimit: (hit) => hits.push(hit),
    onChange: () => {},
  });
}

const create = ({ files }: GuestWorld, path: string): string => {
  const opened = files.open(guestPath(path), O_CREAT | O_WRONLY, 0o644);
  return opened.ok ? 'made' : opened.errno;
};

test('a quota is of what people put into the world; what the platform needs does not count', () => {
  const { world: small, hits } = world({ files: 4, totalBytes: 20 });
  expect(small.usage()).toEqual({ bytes: 10, maxBytes: 20, files: 2, maxFiles: 4 });
  expect([1, 2, 3].map((n) => create(small, `/tmp/${n}`))).toEqual(['made', 'made', 'ENOSPC']);
  expect(hits).toMatchObject([{ limit: 'files', value: 4 }]);
  const write = small.vfs.trusted.writeFile(guestPath('/tmp/1'), Buffer.alloc(11));
  expect(write).toMatchObject({ ok: false, errno: 'ENOSPC' });
  expect(small.vfs.trusted.writeFile(guestPath('/tmp/1'), Buffer.alloc(10)).ok).toBe(true);
  expect(small.usage()).toEqual({ bytes: 20, maxBytes: 20, files: 4, maxFiles: 4 });
  expect(hits).toContainEqual(expect.objectContaining({ limit: 'totalBytes', value: 20 }));
});

test('files of the lab count for no quota, however many and large they are', () => {
  const ofLab = [1, 2, 3].map((n): StartFile => ({
    path: `/lab/deep/${n}`,
    data: Buffer.alloc(1000),
    ofLab: true,
  }));
  const { world: small, hits } = world({ files: 3, totalBytes: 20, fileBytes: 12 }, ofLab);
  expect(small.usage()).toEqual({ bytes: 10, maxBytes: 20, files: 2, maxFiles: 3 });
  expect(small.vfs.trusted.readFile(guestPath('/lab/deep/3'))).toMatchObject({ ok: true });
  expect([1, 2].map((n) => create(small, `/tmp/${n}`))).toEqual(['made', 'ENOSPC']);
  const { trusted } = small.vfs;
  expect(trusted.writeFile(guestPath('/tmp/1'), Buffer.alloc(13))).toMatchObject({ errno: 'ENOSPC' });
  expect(hits.slice(0, 2)).toMatchObject([
    { limit: 'files', value: 3 },
    { limit: 'fileBytes', value: 12 },
  ]);
});

test('what a world begins with and its quotas have no room for is the policy’s fault, in its words', () => {
  for (const quotas of [{ files: 1 }, { totalBytes: 9 }, { totalBytes: 2 }, { fileBytes: 5 }]) {
    const [[limit, value]] = Object.entries(quotas) as [[string, number]];
    const hits: LimitHit[] = [];
    expect(build(quotas, hits)).toMatchObject({
      ...{ ok: false, code: 'quota', limit, value },
      message: expect.stringMatching(
        new RegExp(`^The policy's quotas\\.${limit} \\(${String(value)}\\) .*mount /tmp, the script and`),
      ),
    });
    expect(hits).toEqual([]);
  }
});

test('without a quota the maxima are the platform’s defaults', () => {
  expect(world({}).world.usage()).toEqual({
    bytes: 10,
    maxBytes: 64 * 1024 * 1024,
    files: 2,
    maxFiles: 10_000,
  });
});
