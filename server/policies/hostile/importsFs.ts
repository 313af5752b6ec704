// Imports a module of Node.
// expects: refused may import 'sandtable' and nothing else
import { readFileSync } from 'node:fs';
import { policy } from 'sandtable';
export default policy({ rules: [readFileSync] });
