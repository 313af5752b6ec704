/** The second half of `npm test`: house.ts has prepared everything, adoptOrphans.py has made us the subreaper. */
import { passSignalsOn } from './child.ts';
import { reportOnStdout } from './step.ts';
import { runAllTests } from './testRun.ts';

passSignalsOn();
reportOnStdout();
process.exit(await runAllTests());
