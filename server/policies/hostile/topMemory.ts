// Takes all the memory there is while it is loaded.
// expects: refused memory|took too long
import { policy } from 'sandtable';
const all = [];
for (let k = 0; ; k++) all.push('x'.repeat(1_000_000) + k);
export default policy({});
