/** Mends the first two, and goes on watching what is said in the third. */
import { deny, policy, standard } from 'sandtable';

const letters = new Set<string>();

export default policy({
  ...standard,
  rules: [
    deny(['read', 'write'], ['/vault/**', '/tmp/cellar/safe/**']),
    deny('ll_os_rename', ['/tmp', '/tmp/cellar']),
    ...standard.rules,
  ],
  middleware: {
    async ll_os_read(call, next) {
      const got = await next();
      if (got.ok && call.path === '/archive/three.txt') for (const word of got.value.split(/\s+/)) letters.add(word);
      return got;
    },
    ll_os_write(call, next) {
      const bare = call.args.data.replace(/[^a-z-]/g, '');
      const back = [...bare].reverse().join('');
      for (const word of letters) {
        if (word.length > 3 && (bare.includes(word) || back.includes(word))) return deny('EPERM', 'that stays here');
      }
      return next();
    },
  },
});
