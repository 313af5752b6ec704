// A field that loops when it is read.
// expects: refused took too long|too long
import { policy } from 'sandtable';
export default policy({
  get quotas() {
    for (;;);
  },
});
