/**
 * An open house: whoever is in this network may be talked to, about anything. Close everything; then make one door.
 */
import { allow, answer, deny, policy, standard } from 'sandtable';

/** The one service: its name, and the address that the name stands for (the path of connect, in a rule). */
const NAME = 'quote';
const ADDRESS = '<10.7.0.1:17>';

/** Conversations in one run, and the one thing that may be said in each. */
const MOST_VISITS = {{visits}};
const GREETING = 'hello\n';

export default policy({
  ...standard,
  rules: [allow('network'), ...standard.rules],
  middleware: {},
});
