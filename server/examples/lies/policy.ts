/**
 * A policy may do more than say yes or no. A rule `fake` answers in place of the world. A function of
 * the middleware stands around a call: it can pass it on with next(), ask for something else instead,
 * or change the answer on its way back.
 */
import { answer, fake, policy, standard } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  rules: [
    // Answered here; the world is never asked.
    fake('ll_os_gethostname', 'deep-thought'),
    fake('ll_os_getpid', 42),
    ...standard.rules,
  ],

  middleware: {
    // The world is asked, and its answer changed: the first of January 2000, at the same time of day.
    async ll_time_clock_gettime(call, next) {
      const said = await next();
      if (!said.ok || call.args.clock !== 0) return said;
      return answer(946_684_800 + (said.value % 86_400));
    },
    async ll_time_time(_call, next) {
      const said = await next();
      return said.ok ? answer(946_684_800 + (said.value % 86_400)) : said;
    },

    // Another question than the guest asked: half a second becomes a tenth.
    ll_time_sleep: (call, next) => next({ seconds: call.args.seconds / 5 }),

    // Dice that were cast before the game (PyPy reads them from a device), and only good news.
    async ll_os_read(call, next) {
      if (call.path === '/dev/urandom') return answer('\u0005'.repeat(call.args.size));
      const said = await next();
      if (!said.ok || call.path !== '/tmp/weather.txt') return said;
      return answer(said.value.replace('Rain and storm', 'Sun, all day'));
    },
  },

  otherwise: 'deny',
});
