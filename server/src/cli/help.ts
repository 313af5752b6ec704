/** What `--help` prints. */

export const HELP = `Usage: sandtable COMMAND [OPTIONS]

  run [OPTIONS] [SCRIPT [ARGS]]   run a Python script in the sandbox; without a script, the prompt
  replay --policy P TRACE         what another policy would have done in a recorded run
  diff TRACE TRACE                two recorded runs side by side
  learn TRACE                     propose the least policy that allows what a recorded run did
  check POLICY                    what is wrong with a policy, and whether the tests beside it pass
  attack --policy P --property Q  search for a hole: what the policy allows and the property forbids
  lab check FOLDER                whether a lab keeps its promises: solution, wrong submissions, files, policies
  lab regrade ASSIGNMENT          judge again what was handed in, and say what would change; --apply does it
  serve                           serve the page (HOST and PORT from the environment)
  backup FILE                     save all data into one file, while the server may be at work
  restore FILE                    put such a file into an empty data folder and database
  person export|erase PERSON      what is kept of a person, as a zip; or nothing any more
  doctor                          say whether guests can run here, and what was found

'sandtable COMMAND --help' lists the options of a command.
`;

export const RUN_HELP = `Usage: sandtable run [OPTIONS] [SCRIPT [ARGS]]

Runs a Python script in the sandbox. Without a script: the interactive prompt.

  --policy FILE|lecture|standard  the policy; standard is the default
  --engine classic:FILE  run the classic sandbox FILE, a PyPy translated with --sandbox
                       (without it SANDTABLE_CLASSIC=FILE, or else the distribution's PyPy: --engine pypy)
  --tmp DIR            the guest sees DIR as /tmp; nothing is ever written there
  --keep DIR           afterwards, write what the guest changed below /tmp into DIR
  --heapsize N[k|m|g]  memory of the guest
  --timeout S          end after S seconds; waiting at the prompt does not count
  --log FILE           append what was typed and printed to FILE
  --audit              the policy only records what it would have said; the platform's ceiling decides
  --verbose            show every call, but for those that only print or read lines
  --trace FILE         write every event to FILE, one JSON object a line
  --trace-lines        every call in it says which lines of the program made it, not only those that were denied or changed

Exit status: the guest's own; 124 on time-out; 137 when a limit ended it (standard error says which);
130 when it was stopped; 2 when the options or the policy are wrong.
`;
