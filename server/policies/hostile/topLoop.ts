// Never comes to its end.
// expects: refused took too long
import { policy } from 'sandtable';
while (true);
export default policy({});
