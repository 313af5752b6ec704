/**
 * The three houses in one street: the policies one.ts, two.ts and three.ts put together. It is this file that Run uses. Break it
 * first; then mend it.
 */
import { deny, policy, standard } from 'sandtable';

/** Words that were read in the archive, the short ones left out. */
const words = new Set<string>();

export default policy({
  ...standard,

  rules: [
    // The second house.
    deny(['read', 'write'], '/tmp/cellar/safe/**', { errno: 'EACCES', why: 'the safe is closed' }),
    ...standard.rules,
  ],

  middleware: {
    // The first house.
    ll_os_open(call, next) {
      if (call.args.path.toLowerCase().includes('vault')) return deny('EACCES', 'the vault is closed');
      return next();
    },
    ll_os_listdir(call, next) {
      if (call.args.path.toLowerCase().includes('vault')) return deny('EACCES', 'the vault is closed');
      return next();
    },

    // The third house.
    async ll_os_read(call, next) {
      const got = await next();
      if (got.ok && call.path.startsWith('/archive/')) {
        for (const word of got.value.split(/[^\w-]+/)) if (word.length > 5) words.add(word);
      }
      return got;
    },
    ll_os_write(call, next) {
      for (const word of words) {
        if (call.args.data.includes(word)) return deny('EPERM', `${word.length} letters that stay in the archive`);
      }
      return next();
    },
  },
});
