/** What `sandtable lab --help` prints. */

export const LAB_HELP = `Usage: sandtable lab check [OPTIONS] FOLDER...

Whether labs keep their promises: the files fit together, every policy compiles, the solution gets all points,
each wrong submission loses the checks that it is meant to lose and no others, and the starter is no solution.

  --only NAME    only solution, starter or wrong/NAME; may be given again. A folder instead of a name is judged as
                 what a student would hand in, laid over the starter; nothing is expected of it but all points
  --seed TEXT    individual values of this seed
  --keep DIR     keep evidence and traces of every check below DIR, which is made
  --verbose      every finding, not only the first of each complaint
  --json         one array with a report for each lab

Exit status: 0 all is well; 1 something is to be mended; 2 the options are wrong.
`;
