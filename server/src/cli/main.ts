/** `sandtable`: the command line. */
import { doctor } from './doctor.ts';
import { HELP } from './help.ts';
import { checkCommand } from './checkCommand.ts';
import { endWhenNobodyReads, USAGE_STATUS } from './complain.ts';
import { diffCommand } from './diffCommand.ts';
import { learnCommand } from './learnCommand.ts';
import { replayCommand } from './replayCommand.ts';
import { runCommand } from './runCommand.ts';

async function dispatch(words: readonly string[]): Promise<number | null> {
  const [command, ...rest] = words;
  switch (command) {
    case 'run':
      return runCommand(rest);
    case 'replay':
      return replayCommand(rest);
    case 'diff':
      return diffCommand(rest);
    case 'learn':
      return learnCommand(rest);
    case 'check':
      return checkCommand(rest);
    case 'attack': {
      // Only a search needs a generator of attempts.
      const { attackCommand } = await import('./attackCommand.ts');
      return attackCommand(rest);
    }
    case 'backup':
      return (await keeping()).backupCommand(rest);
    case 'restore':
      return (await keeping()).restoreCommand(rest);
    case 'person':
      return (await keeping()).personCommand(rest);
    case 'lab': {
      const { labCommand } = await import('./labCommand.ts');
      return labCommand(rest);
    }
    case 'doctor':
      return rest.length === 0 ? doctor() : unknown(rest[0]!);
    case 'serve': {
      // Only the server needs all that it imports.
      const { serve } = await import('../gateway/serve.ts');
      await serve();
      return null;
    }
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case undefined:
      process.stderr.write(HELP);
      return USAGE_STATUS;
    default:
      return unknown(command);
  }
}

/** Only these need a database. */
const keeping = () => import('./keepingCommands.ts');

function unknown(word: string): number {
  process.stderr.write(`sandtable: unknown ${word.startsWith('-') ? 'option' : 'command'} ${word}\n${HELP}`);
  return USAGE_STATUS;
}

// A guest's output has a way of its own.
if (process.argv[2] !== 'run') endWhenNobodyReads();
const status = await dispatch(process.argv.slice(2));
// A server goes on.
if (status !== null) process.exitCode = status;
