// Waits for what never happens.
// expects: refused cannot wait
import { policy } from 'sandtable';
await new Promise(() => {});
export default policy({});
