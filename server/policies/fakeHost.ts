/**
 * A made-up machine: whoever asks where the guest runs is told a story, and nothing is performed.
 *
 * In the trace these rows are marked "fake". Malware often looks around before it does anything; this is how one keeps it
 * from noticing that it is in a sandbox.
 */
import { answer, fake, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  identity: { user: 'accounting', env: { HOME: '/home/accounting', LANG: 'en_GB.UTF-8' } },
  rules: [
    fake('ll_os_gethostname', 'payroll-07'),
    fake('ll_os_getlogin', 'accounting'),
    fake('ll_os_uname', {
      sysname: 'Linux',
      nodename: 'payroll-07',
      release: '5.15.0-91-generic',
      version: '#101-Ubuntu SMP',
      machine: 'x86_64',
    }),
    fake('ll_os_getloadavg', { loads: [1.42, 1.17, 0.98] }),
    // os.system() seems to work. It does nothing.
    fake('ll_os_system', 0),
    ...standard.rules,
  ],
  middleware: {
    // A different number each time: rules are data, functions can think.
    ll_os_getpid: () => answer(2000 + Math.floor(Math.random() * 30_000)),
  },
});
