// Changes what everybody inherits.
// expects: refused read-only|extensible|not writable
import { policy } from 'sandtable';
Object.prototype.effect = 'allow';
export default policy({});
