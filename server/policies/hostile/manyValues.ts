// An answer of millions of empty lists: little text, much room.
// expects: policy-nonsense policy-memory policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      const empty = [];
      return { ok: true, value: { a: Array.from({ length: 150_000 }, () => empty) } };
    },
  },
});
