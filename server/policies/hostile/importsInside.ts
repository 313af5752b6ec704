// Imports the inside of the module.
// expects: refused may import 'sandtable' and nothing else
import { dispatch } from 'sandtable:host';
import { policy } from 'sandtable';
export default policy({ rules: [dispatch] });
