// A rule that was never made by allow, deny or fake.
// expects: refused write allow
import { policy } from 'sandtable';
export default policy({ rules: [{ effect: 'allow', select: ['*'], label: 'x' }] });
