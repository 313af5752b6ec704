// A mount that climbs.
// expects: refused absolute path
import { policy } from 'sandtable';
export default policy({ mounts: { '/tmp/../bin': { mode: 'read-write' } } });
