import { expect, it } from 'vitest';
import { findOnPath, installCommand, missingParts } from './systemParts.ts';

const part = (aptPackage: string, present: boolean) => ({
  what: aptPackage,
  aptPackage,
  isPresent: () => present,
});

it('names the one command for exactly what is missing', () => {
  const missing = missingParts([part('gcc', true), part('make', false), part('pypy3', false)]);
  expect(installCommand(missing)).toBe(
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends make pypy3',
  );
});

it('looks for commands where a shell would', () => {
  expect(findOnPath('sh', '/nowhere::/bin')).toBe('/bin/sh');
  expect(findOnPath('sh', '/nowhere')).toBeUndefined();
  expect(findOnPath('no-such-command')).toBeUndefined();
});
