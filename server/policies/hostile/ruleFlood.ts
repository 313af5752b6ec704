// More rules than anybody reads.
// expects: refused 500 rules
import { allow, policy } from 'sandtable';
export default policy({ rules: Array.from({ length: 600 }, () => allow('read', '/tmp/**')) });
