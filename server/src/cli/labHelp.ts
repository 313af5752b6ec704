/** What `sandtable lab --help` and `sandtable lab regrade --help` print. */

export const LAB_HELP = `Usage: sandtable lab check [OPTIONS] FOLDER...
       sandtable lab regrade [OPTIONS] ASSIGNMENT     ('sandtable lab regrade --help' has its options)

Whether labs keep their promises: the files fit together, every policy compiles, the solution gets all points,
each wrong submission loses the checks that it is meant to lose and no others, and the starter is no solution.

  --only NAME    only solution, starter or wrong/NAME; may be given again. A folder instead of a name is judged as
                 what a student would hand in, laid over the starter; nothing is expected of it but all points
  --seed TEXT    individual values of this seed
  --students N   the solution also with the individual values of N students, each of whom must get all points
  --keep DIR     keep evidence and traces of every check below DIR, which is made
  --verbose      every finding, not only the first of each complaint
  --json         one array with a report for each lab

Exit status: 0 all is well; 1 something is to be mended; 2 the options are wrong.
`;

export const REGRADE_HELP = `Usage: sandtable lab regrade [OPTIONS] ASSIGNMENT

Judges again what was handed in at an assignment, and the newest check of each work, and says for each student what
would change. Nothing does without --apply. What is kept of a check's run is judged as it is; a check that runs
something else in that version of the lab runs again with the files of then.

ASSIGNMENT is an id, or a title that only one assignment has.

  --version V    judge by this version of the lab: the one that the assignment is pinned to, or the one that the
                 catalogue has, which is meant when nothing is said. The beginning of its name is enough
  --apply        do it: the assignment is pinned to that version, and new attempts take the place of the old ones,
                 which are kept. Grades that were set by hand stay
  --json         one object: what changes, and whether it was applied

SANDTABLE_DATA says which data folder, DATABASE_URL which PostgreSQL database, as for 'serve'. No server may work
there; beside one that does, the page of the course does the same ('Judge again').

Exit status: 0 nothing would change, or it was applied; 1 it could not be done, and why; 2 the options are wrong;
3 something would change, and nothing was changed; 130 it was stopped.
`;
