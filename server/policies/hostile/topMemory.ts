// Takes all the memory there is while it is loaded.
// expects: refused memory|took too long
import { policy } from 'sandtable';
const all = [];
for (;;) all.push(new ArrayBuffer(1_000_000));
export default policy({});
