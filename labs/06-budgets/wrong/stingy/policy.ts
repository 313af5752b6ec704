/**
 * A host who keeps accounts: of memory and thinking by the platform's limits, of words and naps by functions that remember.
 */
import { answer, policy, standard } from 'sandtable';

const MOST_OUTPUT = 100;
const MOST_SLEEP = 0.5;

/** Bytes that have reached the terminal. */
let shown = 0;
/** Seconds that were really slept, and seconds that the guest believes to have slept besides. */
let slept = 0;
let skipped = 0;

/** Bytes of one character: what is no UTF-8 travels as one from U+DC80 to U+DCFF. */
function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** How much of a nap of this length is really taken; the rest goes into the clocks. Infinity: for ever. */
function nap(seconds: number): number {
  const real = Math.max(0, Math.min(seconds, MOST_SLEEP - slept));
  slept += real;
  if (Number.isFinite(seconds)) skipped += seconds - real;
  return real;
}

const TERMINAL = ['<stdin>', '<stdout>', '<stderr>', '/dev/tty'];

export default policy({
  ...standard,

  limits: { heapBytes: {{heap}} * 1024 * 1024, cpuSeconds: 1, wallSeconds: 20 },

  middleware: {
    async ll_os_write(call, next) {
      if (!TERMINAL.includes(call.path)) return next();
      let bytes = 0;
      let fits = '';
      for (const character of call.args.data) {
        bytes += bytesOf(character);
        if (shown + bytes <= MOST_OUTPUT) fits += character;
      }
      shown += bytes;
      // Said, and not heard: a program that is told of an error would stop, or try for ever.
      if (fits !== '') await next({ data: fits });
      return answer(bytes);
    },

    ll_time_sleep: (call, next) => next({ seconds: nap(call.args.seconds) }),
    async ll_os_select(call, next) {
      // Whether something is ready is asked first, without waiting; only who waits in vain has slept.
      const wanted = call.args.timeout ?? Infinity;
      const real = Math.max(0, Math.min(wanted, MOST_SLEEP - slept));
      const got = await next({ timeout: real });
      if (got.ok && [...got.value.read, ...got.value.write, ...got.value.except].length === 0) nap(wanted);
      return got;
    },
    async ll_os_poll(call, next) {
      const wanted = call.args.milliseconds < 0 ? Infinity : call.args.milliseconds / 1000;
      const real = Math.max(0, Math.min(wanted, MOST_SLEEP - slept));
      const got = await next({ milliseconds: Math.ceil(real * 1000) });
      if (got.ok && got.value.length === 0) nap(wanted);
      return got;
    },
    async ll_os_epoll_wait(call, next) {
      const wanted = call.args.milliseconds < 0 ? Infinity : call.args.milliseconds / 1000;
      const real = Math.max(0, Math.min(wanted, MOST_SLEEP - slept));
      const got = await next({ milliseconds: Math.ceil(real * 1000) });
      if (got.ok && got.value.length === 0) nap(wanted);
      return got;
    },

    async ll_time_time(_call, next) {
      const got = await next();
      return got.ok ? answer(got.value + skipped) : got;
    },
    async ll_time_clock_gettime(call, next) {
      const got = await next();
      // 2 and 3 count processor time, and nobody has used any.
      const counts = call.args.clock !== 2 && call.args.clock !== 3;
      return got.ok && counts ? answer(got.value + skipped) : got;
    },
  },
});
