/** The present moment of a run in words. */
import type { ExitEvent } from '@sandtable/shared/events';
import type { RunMood } from '../../session/workState.ts';

export interface Mood {
  /** One or two words, for the toolbar. */
  readonly word: string;
  /** A sentence. */
  readonly text: string;
}

export function moodOf(mood: RunMood, exit: ExitEvent | null): Mood {
  const because = exit === null || exit.message === '' ? '' : ` ${exit.message}`;
  const status = exit?.status ?? 0;
  switch (mood) {
    case 'none':
      return { word: 'Ready', text: 'Nothing has run yet.' };
    case 'starting':
      return { word: 'Starting', text: 'The guest is starting …' };
    case 'running':
      return { word: 'Running', text: 'The guest is running.' };
    case 'input':
      return { word: 'Waiting for input', text: 'The guest waits for you to type, and press Enter.' };
    case 'stopping':
      return { word: 'Stopping', text: 'The guest is being stopped …' };
    case 'exited':
      return { word: 'Ended', text: 'The guest ended with status 0.' };
    case 'failed':
      return { word: `Ended: ${status}`, text: `The guest ended with status ${status}.` };
    case 'limit':
      return { word: 'Limit hit', text: `The guest hit a limit and was ended (status ${status}).${because}` };
    case 'crashed':
      return {
        word: 'Crashed',
        text: `The guest died (status ${status}).${because} Its output and trace up to here are kept.`,
      };
    case 'stopped':
      return { word: 'Stopped', text: 'You stopped the guest. Its output and trace up to here are kept.' };
  }
}
