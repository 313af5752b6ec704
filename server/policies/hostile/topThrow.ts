// Throws while it is loaded.
// expects: refused not today
import { policy } from 'sandtable';
throw new Error('not today');
export default policy({});
