// A rule that was changed after it was made.
// expects: refused changed after it was made
import { allow, policy } from 'sandtable';
export default policy({ rules: [{ ...allow('read'), select: ['everything'] }] });
