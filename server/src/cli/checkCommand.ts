/** `sandtable check`: whether a policy can be run, and whether the tests beside it pass. */
import { readFileSync } from 'node:fs';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { complain, say } from './complain.ts';
import { parseWords } from './commandWords.ts';
import { diagnosticLine } from './policySource.ts';
import { CHECK_HELP } from './replayHelp.ts';

/** All is well: 0; something is wrong with a policy or a test fails: 1. */
export async function checkCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, [], ['--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable check --help'.`);
  const { flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(CHECK_HELP);
    return 0;
  }
  if (files.length === 0) return complain("check takes policies\nTry 'sandtable check --help'.");
  let wrong = false;
  const report: object[] = [];
  try {
    for (const file of files) {
      let source: string;
      try {
        source = readFileSync(file, 'utf8');
      } catch (error) {
        return complain((error as Error).message);
      }
      const diagnostics = (await checkPolicy(source)).map((each) => ({ ...each, file }));
      const tests = diagnostics.some(({ severity }) => severity === 'error') ? 0 : await testsIn(source);
      wrong ||= diagnostics.length > 0;
      report.push({ file, tests, diagnostics });
      if (flags.has('--json')) continue;
      for (const diagnostic of diagnostics) say(diagnosticLine(diagnostic));
      if (diagnostics.length === 0)
        say(
          `${file}: ${tests === 0 ? 'nothing wrong; it has no tests' : `${String(tests)} ${tests === 1 ? 'test passes' : 'tests pass'}`}`,
        );
    }
  } finally {
    await stopChecking();
  }
  if (flags.has('--json')) process.stdout.write(`${JSON.stringify(report)}\n`);
  return wrong ? 1 : 0;
}

async function testsIn(source: string): Promise<number> {
  const loaded = await loadPolicy(source);
  if (!loaded.ok) return 0;
  loaded.engine.dispose();
  return loaded.tests.length;
}
