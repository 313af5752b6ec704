/**
 * `npm run load`: a class on one machine, with real sockets against a server in a process of its own. `npm run load -- storm busy`
 * runs some scenarios, `--quick` runs them with tiny numbers, `--first` puts the server before the other work of a machine that it shares. A goal that is missed fails nothing: the table says so. What is
 * left behind does.
 */
import { printFigures } from '../bench/figures.ts';
import { runScenario, SCENARIOS } from './loadRun.ts';
import { FULL, QUICK } from './scenario.ts';

const args = process.argv.slice(2);
const sizes = args.includes('--quick') ? QUICK : FULL;
const asked = args.filter((arg) => arg !== '--quick' && arg !== '--first');
const unknown = asked.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const { figures, leftovers, complaints } = await runScenario(scenario, sizes, args.includes('--first'));
  printFigures(scenario.title, figures);
  for (const line of complaints) console.log(`  the server said: ${line}`);
  const left = [
    ...leftovers.processes.map(({ pid, name: program }) => `process ${pid} (${program})`),
    ...leftovers.files,
    ...(leftovers.portOpen ? ['its port'] : []),
  ];
  console.log(`  left behind: ${left.length === 0 ? 'nothing' : left.join(', ')}`);
  if (left.length > 0) process.exitCode = 1;
}
