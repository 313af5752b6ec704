// A field that writes itself as something else.
// expects: refused quotas
import { policy } from 'sandtable';
export default policy({ quotas: { toJSON: () => 'unlimited' } });
