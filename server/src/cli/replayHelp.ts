/** What `--help` prints about recorded runs and policies. */

export const REPLAY_HELP = `Usage: sandtable replay --policy FILE|NAME [--against FILE|NAME] [--json] TRACE

What would this policy have done? Judges the calls of a recorded run (sandtable run --trace TRACE) without running anything.
Behind the first call that would have gone otherwise every line is marked with ?: the program might have gone another way.

  --policy FILE|NAME   the policy that judges, or the name of a built-in one
  --against FILE|NAME  compare with this policy instead of with what was recorded
  --json               one JSON object

Exit status: 0 where the guest would have seen the same, 1 where it would not or where a call cannot be judged, 2 when the
options, the policy or the trace are wrong. TRACE may be - for standard input.
`;

export const DIFF_HELP = `Usage: sandtable diff [--json] TRACE TRACE

Two traces of one script side by side: calls that only one of them made (- and +), and calls that both made and that went
differently (~). Clocks, random numbers and identities are not compared.

Exit status: 0 where they are the same to the guest, 1 where they are not, 2 when the options or a trace are wrong.
`;

export const LEARN_HELP = `Usage: sandtable learn [--choose N:KIND]... [--json] TRACE

Prints the least policy that allows what a recorded run did, each rule with the rows that made it. Wider choices are listed on
standard error with what they would let through.

  --choose N:KIND      take a wider choice for rule N: folder, below or looking
  --json               the proposal with all choices as one JSON object

What comes out is a proposal and no proof: another input may need more, and an attack that was recorded was learned, too.
`;

export const CHECK_HELP = `Usage: sandtable check [--json] POLICY...

Says what is wrong with a policy, as FILE:LINE:COLUMN, and runs the tests beside it:

  import { policy, standard, test } from 'sandtable';
  export default policy({ ...standard });
  export const tests = [
    test('allow', 'll_os_open', '/tmp/notes.txt'),
    test('deny', 'll_os_open', '/etc/passwd', { mode: 'write', errno: 'EACCES' }),
  ];

Exit status: 0 where all is well, 1 where something is wrong or a test fails, 2 when the options are.
`;
