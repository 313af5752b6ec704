// A variable through which code would run before the guest begins.
// expects: refused belongs to the interpreter
import { policy } from 'sandtable';
export default policy({ identity: { env: { PYTHONPATH: '/tmp' } } });
