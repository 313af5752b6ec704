// Braces that multiply.
// expects: refused alternatives
import { allow, policy } from 'sandtable';
export default policy({ rules: [allow('read', '/' + '{a,b}'.repeat(30))] });
