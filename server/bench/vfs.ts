/**
 * Operations per second of the virtual filesystem alone, without wire and policy.
 *
 *     node server/bench/vfs.ts [folder to mount]
 */
import { guestPath, hostPath } from '../src/sandbox/paths.ts';
import {
  HostFolder,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  Vfs,
  type Result,
} from '../src/sandbox/vfs/index.ts';

const SECONDS = 0.5;

function measure(name: string, operation: () => void): void {
  for (let warm = 0; warm < 2000; warm++) operation();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < SECONDS * 1000) {
    for (let batch = 0; batch < 200; batch++) operation();
    count += 200;
  }
  const perSecond = count / ((performance.now() - start) / 1000);
  console.log(`${name.padEnd(44)} ${Math.round(perSecond).toLocaleString('en').padStart(12)} /s`);
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.errno);
  return result.value;
}

const library = HostFolder.open(hostPath(process.argv[2] ?? '/usr/lib/python3'));
if (!library.ok) throw new Error(`no folder to mount: ${library.errno}`);

const vfs = new Vfs({
  mounts: [
    { at: guestPath('/lib/python'), kind: 'host', writeMode: 'read-only', folder: library.folder },
    {
      at: guestPath('/tmp'),
      kind: 'memory',
      writeMode: 'read-write',
      mode: 0o1777,
      owner: { uid: 1000, gid: 1000 },
      entries: {
        'datafile.txt': { kind: 'file', content: 'hello\n'.repeat(100) },
        deep: {
          kind: 'directory',
          entries: { er: { kind: 'directory', entries: { est: { kind: 'file', content: 'x' } } } },
        },
        link: { kind: 'symlink', target: 'deep/er' },
      },
    },
  ],
});
const guest = must(vfs.guest({ uid: 1000, gid: 1000, cwd: guestPath('/tmp') }));
const path = guestPath;
const [first] = must(guest.listDirectory(path('/lib/python'))).slice(2);

measure('getcwd', () => guest.getcwd());
measure('stat /tmp/datafile.txt', () => guest.stat(path('/tmp/datafile.txt')));
measure('stat datafile.txt', () => guest.stat(path('datafile.txt')));
measure('stat /tmp/link/est (link, 4 names)', () => guest.stat(path('/tmp/link/est')));
measure('stat missing', () => guest.stat(path('/tmp/deep/missing')));
measure(`stat /lib/python/${first?.name ?? ''}`, () => guest.stat(path(`/lib/python/${first?.name ?? ''}`)));
measure('locate /tmp/deep/er/est', () => guest.locate(path('/tmp/deep/er/est'), true));
measure('open, fstat, read, close', () => {
  const fd = must(guest.open(path('/tmp/datafile.txt'), O_RDONLY));
  guest.fstat(fd);
  guest.read(fd, 8192);
  guest.close(fd);
});

const file = must(guest.open(path('/tmp/out'), O_CREAT | O_RDWR));
const kilobyte = new Uint8Array(1024).fill(120);
measure('pwrite 1 KiB', () => guest.pwrite(file, kilobyte, 0));
measure('pread 1 KiB', () => guest.pread(file, 1024, 0));
const log = must(guest.open(path('/tmp/log'), O_CREAT | O_WRONLY | O_APPEND));
let appended = 0;
measure('append 100 bytes', () => {
  guest.write(log, kilobyte.subarray(0, 100));
  if (++appended % 100_000 === 0) guest.ftruncate(log, 0);
});
measure('create, unlink', () => {
  guest.close(must(guest.open(path('/tmp/new'), O_CREAT | O_WRONLY)));
  guest.unlink(path('/tmp/new'));
});
const [reader, writer] = must(guest.pipe());
measure('pipe: write and read 1 KiB', () => {
  guest.write(writer, kilobyte);
  guest.read(reader, 1024);
});
