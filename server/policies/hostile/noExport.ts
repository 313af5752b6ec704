// Exports nothing.
// expects: refused policy is missing
import { policy } from 'sandtable';
policy({});
