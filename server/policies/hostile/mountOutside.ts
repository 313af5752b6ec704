// A mount over the interpreter.
// expects: refused belongs to the platform
import { policy } from 'sandtable';
export default policy({ mounts: { '/bin': { mode: 'read-write' } } });
