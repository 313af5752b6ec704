/**
 * Writing, done by hand: one folder, files that are not too long, and not too many of them.
 *
 * The policy keeps a book of what there is below ROOT. A thing enters it before the world is asked and leaves it again when the world says
 * no: so two threads that ask at the same moment cannot both get the last place.
 */
import { allow, deny, policy } from 'sandtable';

const ROOT = '/tmp/{{folder}}';
const MOST_BYTES = {{bytes}};
const MOST_FILES = {{count}};

const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** Of each file and folder below ROOT: where it ends, and how far from its beginning somebody has moved. */
const book = new Map<string, { bytes: number; seeked: number }>();

/** Bytes that a text takes in a file: a byte that is no UTF-8 travels as one character from U+DC80 to U+DCFF. */
function bytesOf(text: string): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) sum += 1;
    else if (code < 0x800) sum += 2;
    else sum += code < 0x10000 ? 3 : 4;
  }
  return sum;
}

const inside = (path: string) => path === ROOT || path.startsWith(`${ROOT}/`);
const outside = () => deny('EACCES', `only ${ROOT} can be changed`);
const full = () => deny('EDQUOT', `${MOST_FILES} files and folders are enough`);
const long = () => deny('EFBIG', `no file is longer than ${MOST_BYTES} bytes`);

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  rules: [
    allow('read'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>']),
    allow('write', '/tmp/**'),
    allow(['io', 'files'], { mode: 'none' }),
    allow(['terminal', 'time', 'identity', 'random']),
  ],

  middleware: {
    async ll_os_open(call, next) {
      const { flags } = call.args;
      if (call.access !== 'write' && (flags & O_CREAT) === 0) return next();
      if (!inside(call.path)) return outside();
      const known = book.has(call.path);
      if (!known && book.size >= MOST_FILES) return full();
      if (!known) book.set(call.path, { bytes: 0, seeked: 0 });
      const got = await next();
      if (!got.ok && !known) book.delete(call.path);
      const entry = book.get(call.path);
      if (got.ok && entry !== undefined && (flags & O_TRUNC) !== 0) {
        entry.bytes = 0;
        entry.seeked = 0;
      }
      return got;
    },

    async ll_os_mkdir(call, next) {
      if (!inside(call.path)) return outside();
      if (call.path === ROOT) return next();
      if (book.has(call.path)) return next();
      if (book.size >= MOST_FILES) return full();
      book.set(call.path, { bytes: 0, seeked: 0 });
      const got = await next();
      if (!got.ok) book.delete(call.path);
      return got;
    },

    async ll_os_unlink(call, next) {
      if (!inside(call.path)) return outside();
      const got = await next();
      if (got.ok) book.delete(call.path);
      return got;
    },

    async ll_os_rmdir(call, next) {
      if (!inside(call.path)) return outside();
      const got = await next();
      if (got.ok) book.delete(call.path);
      return got;
    },

    // The only thing that the position is needed for: to see who writes far behind the end.
    async ll_os_lseek(call, next) {
      const got = await next();
      const entry = book.get(call.path);
      if (got.ok && entry !== undefined) entry.seeked = Math.max(entry.seeked, got.value);
      return got;
    },

    async ll_os_write(call, next) {
      if (call.path.startsWith('<std')) return next();
      const entry = book.get(call.path);
      if (entry === undefined) return outside();
      const end = Math.max(entry.bytes, entry.seeked) + bytesOf(call.args.data);
      if (end > MOST_BYTES) return long();
      const got = await next();
      if (got.ok) entry.bytes = Math.max(entry.bytes, end);
      return got;
    },

    async ll_os_pwrite(call, next) {
      const entry = book.get(call.path);
      if (entry === undefined) return outside();
      const end = call.args.offset + bytesOf(call.args.data);
      if (end > MOST_BYTES) return long();
      const got = await next();
      if (got.ok) entry.bytes = Math.max(entry.bytes, end);
      return got;
    },

    async ll_os_truncate(call, next) {
      const entry = book.get(call.path);
      if (entry === undefined) return outside();
      if (call.args.length > MOST_BYTES) return long();
      const got = await next();
      if (got.ok) entry.bytes = call.args.length;
      return got;
    },

    async ll_os_ftruncate(call, next) {
      const entry = book.get(call.path);
      if (entry === undefined) return outside();
      if (call.args.length > MOST_BYTES) return long();
      const got = await next();
      if (got.ok) entry.bytes = call.args.length;
      return got;
    },

    // Everything else that changes something: rename, link, symlink, chmod, and whatever there will be next year.
    '*'(call, next) {
      if (call.access !== 'write' || call.path.startsWith('<std')) return next();
      return deny('EPERM', 'this program writes, makes folders and removes, and nothing else');
    },
  },
});
