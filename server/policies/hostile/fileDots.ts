// A file that climbs out of its mount.
// expects: refused below the mount
import { policy } from 'sandtable';
export default policy({ mounts: { '/tmp': { files: { '../bin/x': 'y' } } } });
