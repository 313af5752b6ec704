// Never comes to its end, in a built-in.
// expects: refused too long
import { policy } from 'sandtable';
[].includes.call({ length: 2 ** 53 - 1 }, 1);
export default policy({});
