// Globs that would make every call slow.
// expects: refused characters together
import { allow, policy } from 'sandtable';
export default policy({ rules: Array.from({ length: 200 }, () => allow('read', '/' + '*a'.repeat(120))) });
