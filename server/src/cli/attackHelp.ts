/** What `sandtable attack --help` prints. */

export const ATTACK_HELP = `Usage: sandtable attack --policy FILE|NAME --property FILE [--seconds N] [--sequences N] [--seed N] [--json]

Searches for a hole: calls that the policy allows and that the property forbids. What is found is made as small as it gets, run in
the real sandbox to confirm it, and printed as a Python script.

  --policy FILE|NAME   the policy, or the name of a built-in one
  --property FILE      what must never happen, as YAML or JSON; see below
  --seconds N          how long to search; 20 by default
  --sequences N        how many sequences of calls to try at most
  --seed N             the same seed tries the same sequences; by chance by default, and printed
  --json               one JSON object

A property is one of these, and may have a sentence of your own (says:) and files that stand in the world beside the policy's
(files: path and text):

  never: { access: write, outside: /tmp }          nothing is opened for writing or changed there; also read, and inside
  unchanged: /tmp/config.ini                       same bytes, same name, same permissions
  unread: /secret                                  not a byte of what stood there is read, whatever its name is by then
  flow: { from: /secret, to: [terminal, socket] }  no bytes of it get there; a sink may also be a place for files

Places are globs as in the rules of a policy; one without any sign of a glob stands for all that is below it as well.

Exit status: 0 where nothing was found, which is no proof; 1 where there is a hole; 2 when the options, the policy or the property are
wrong or the search could not be made; 3 where the real sandbox does not do what the search found.
`;
