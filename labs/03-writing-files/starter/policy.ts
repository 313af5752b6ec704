/**
 * Writing, done by hand. The world underneath would let the guest write all over /tmp; what it really gets is decided here, in the
 * functions of the middleware. As it stands, nothing can be written.
 */
import { allow, deny, policy } from 'sandtable';

/** Your numbers. The one folder that may be written, bytes of one file, and how many files and folders there may be in it. */
const ROOT = '/tmp/{{folder}}';
const MOST_BYTES = {{bytes}};
const MOST_FILES = {{count}};

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  // The rules are done; leave them as they are. They come after the functions below, so whatever those pass on is judged here, too.
  rules: [
    allow('read'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>']),
    allow('write', '/tmp/**'),
    allow(['io', 'files'], { mode: 'none' }),
    allow(['terminal', 'time', 'identity', 'random']),
  ],

  middleware: {
    // open() is one call for reading and for writing; call.access says which.
    ll_os_open(call, next) {
      if (call.access !== 'write') return next();
      return deny('EROFS', 'nothing can be written yet');
    },

    // Every other call that has no function of its own here.
    '*'(call, next) {
      // What has no path, such as the terminal, has a name in angle brackets.
      if (call.access !== 'write' || call.path.startsWith('<std')) return next();
      return deny('EROFS', 'nothing can be changed yet');
    },
  },
});
