// Imports the inside of the module when nobody looks.
// expects: policy-threw policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    async ll_os_stat(call, next) {
      return (await import('sandtable:host')).dispatch('{}');
    },
  },
});
