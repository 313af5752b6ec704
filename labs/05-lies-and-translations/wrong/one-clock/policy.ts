/**
 * A story that holds together: one machine, one clock, one file that nobody has written, and the files of /data without their tokens.
 */
import { answer, deny, failure, fake, policy, standard } from 'sandtable';

const HOST = '{{host}}';
const BEGIN = {{begin}};
const MOTTO = '{{motto}}';

/** What a token begins with; the hex digits that follow are for nobody. */
const HEAD = 'tok_';

/** A file that nobody wrote, as one who opened it sees it. */
interface Page {
  readonly text: string;
  at: number;
}

/**
 * How far a reader of /data may be in a token: `alive[k]` is whether the k letters before this place may be the first k of HEAD, and the
 * last one whether this may be among the digits. Who jumps into the middle of a file may be anywhere.
 */
interface Reader {
  alive: readonly boolean[];
}
const NOWHERE = [true, false, false, false, false];
const ANYWHERE = [true, true, true, true, true];

const pages = new Map<number, Page>();
const readers = new Map<number, Reader>();
let visitors = 0;
let shift: number | undefined;

/** The first clock that is read shows BEGIN; every other one goes on from there. */
function told(seconds: number): number {
  shift ??= BEGIN - seconds;
  return seconds + shift;
}

/** The text with stars for digits, each as long as before; the reader goes on from where it was. */
function redacted(text: string, reader: Reader): string {
  let out = '';
  for (const letter of text) {
    const digit = reader.alive[HEAD.length] === true && /[0-9a-f]/.test(letter);
    reader.alive = [true, ...[...HEAD].map((wanted, k) => reader.alive[k] === true && letter === wanted)];
    if (digit) reader.alive = [...reader.alive.slice(0, HEAD.length), true];
    out += digit ? '*' : letter;
  }
  return out;
}

/** A second number for one open file: both move together. A number that is taken over stops meaning what it meant. */
function share(from: number, to: number): void {
  pages.delete(to);
  readers.delete(to);
  const page = pages.get(from);
  const reader = readers.get(from);
  if (page !== undefined) pages.set(to, page);
  if (reader !== undefined) readers.set(to, reader);
}

export default policy({
  ...standard,

  rules: [
    fake('ll_os_gethostname', HOST),
    fake('ll_os_uname', { sysname: 'Linux', nodename: HOST, release: '5.15.0', version: '#1 SMP', machine: 'x86_64' }),
    deny('write', ['/data/**', '/srv/**'], { errno: 'EROFS' }),
    ...standard.rules,
  ],

  middleware: {
    async ll_time_time(call, next) {
      const got = await next();
      return got.ok ? answer(told(got.value)) : got;
    },

    async ll_os_open(call, next) {
      const made = call.path === '/srv/visitors.txt' && call.access === 'read';
      // Something has to be open, so that the number means something.
      const got = made ? await next({ path: '/dev/null' }) : await next();
      if (!got.ok) return got;
      pages.delete(got.value);
      readers.delete(got.value);
      if (made) {
        visitors += 1;
        pages.set(got.value, { text: `You are visitor ${visitors}.\n${MOTTO}\n`, at: 0 });
      } else if (call.path.startsWith('/data/')) readers.set(got.value, { alive: NOWHERE });
      return got;
    },

    async ll_os_read(call, next) {
      const page = pages.get(call.args.fd);
      if (page !== undefined) {
        const piece = page.text.slice(page.at, page.at + call.args.size);
        page.at += piece.length;
        return answer(piece);
      }
      const got = await next();
      if (!got.ok || !call.path.startsWith('/data/')) return got;
      return answer(redacted(got.value, readers.get(call.args.fd) ?? { alive: ANYWHERE }));
    },

    async ll_os_pread(call, next) {
      const page = pages.get(call.args.fd);
      if (page !== undefined) return answer(page.text.slice(call.args.offset, call.args.offset + call.args.size));
      const got = await next();
      if (!got.ok || !call.path.startsWith('/data/')) return got;
      return answer(redacted(got.value, { alive: call.args.offset === 0 ? NOWHERE : ANYWHERE }));
    },

    async ll_os_lseek(call, next) {
      const { fd, offset, whence } = call.args;
      const page = pages.get(fd);
      if (page !== undefined) {
        const at = (whence === 0 ? 0 : whence === 1 ? page.at : page.text.length) + offset;
        if (at < 0) return failure('EINVAL');
        page.at = at;
        return answer(at);
      }
      const got = await next();
      const reader = readers.get(fd);
      // Asking where one stands moves nobody.
      const stays = whence === 1 && offset === 0;
      if (got.ok && reader !== undefined && !stays) reader.alive = got.value === 0 ? NOWHERE : ANYWHERE;
      return got;
    },

    async ll_os_fstat(call, next) {
      const got = await next();
      const page = pages.get(call.args.fd);
      return got.ok && page !== undefined ? answer({ ...got.value, mode: 0o100444, size: page.text.length }) : got;
    },

    async ll_os_stat(call, next) {
      if (call.path !== '/srv/visitors.txt') return next();
      const got = await next({ path: '/dev/null' });
      return got.ok ? answer({ ...got.value, mode: 0o100444, size: 0 }) : got;
    },

    async ll_os_dup(call, next) {
      const got = await next();
      if (got.ok) share(call.args.fd, got.value);
      return got;
    },
    async ll_os_dup2(call, next) {
      const got = await next();
      if (got.ok && call.args.fd !== call.args.fd2) share(call.args.fd, call.args.fd2);
      return got;
    },
    async ll_os_fcntl(call, next) {
      const got = await next();
      // F_DUPFD and F_DUPFD_CLOEXEC ask for a second number: this is what os.dup() does.
      if (got.ok && (call.args.command === 0 || call.args.command === 1030)) share(call.args.fd, got.value);
      return got;
    },
    ll_os_close(call, next) {
      pages.delete(call.args.fd);
      readers.delete(call.args.fd);
      return next();
    },
  },
});
