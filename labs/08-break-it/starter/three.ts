/** The third house. The bird in /archive/three.txt may be looked at: but no word of what was read there is ever printed. */
import { deny, policy, standard } from 'sandtable';

/** Words that were read in the archive, the short ones left out. */
const words = new Set<string>();

export default policy({
  ...standard,
  middleware: {
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
