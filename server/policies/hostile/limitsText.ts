// Limits that are no numbers.
// expects: refused limits.heapBytes
import { policy } from 'sandtable';
export default policy({ limits: { heapBytes: '1e99' } });
