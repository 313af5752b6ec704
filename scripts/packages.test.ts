import { expect, it } from 'vitest';
import { networkSettingsForPnpm } from './packages.ts';

it('hands what npm knows of the network to pnpm, and nothing else', () => {
  const env = {
    npm_config_cafile: '/etc/ssl/company.crt',
    npm_config_registry: 'https://mirror.example/npm/',
    npm_config_noproxy: '',
    npm_config_prefix: '/usr',
    HOME: '/home/someone',
  };
  expect(networkSettingsForPnpm(env)).toEqual({
    pnpm_config_cafile: '/etc/ssl/company.crt',
    pnpm_config_registry: 'https://mirror.example/npm/',
  });
});
