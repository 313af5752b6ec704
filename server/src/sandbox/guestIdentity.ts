/** Who the guest is told that it is. */
import type { WorldSpec } from '@sandtable/shared/policy/model';

/** The guest is alone: its own number, and that of a parent it can neither see nor reach. */
export const GUEST_PID = 2;
export const PARENT_PID = 1;

export interface GuestIdentity {
  readonly hostname: string;
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

/** Linux's own limit. */
const MAX_HOSTNAME = 64;
const MAX_ENVIRONMENT = 200;

/** What an interpreter of today expects to find. */
const USUAL_ENVIRONMENT: { readonly [name: string]: string } = {
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  PATH: '/bin',
  // Named, so that PyPy's ssl does not insist on files that only a real machine has.
  SSL_CERT_DIR: '/etc/ssl/certs',
  TERM: 'dumb',
};

/** The identity that a policy asks for, with what it left out. `usual`: variables that are there unless the policy sets them. */
export function guestIdentity(wanted: WorldSpec['identity'], usual = USUAL_ENVIRONMENT): GuestIdentity {
  const environment: { readonly [name: string]: string } = { ...usual, ...wanted.env };
  return {
    hostname: (wanted.hostname ?? 'sandbox').slice(0, MAX_HOSTNAME),
    user: wanted.user ?? 'guest',
    uid: wanted.uid ?? 1000,
    gid: wanted.gid ?? 1000,
    environment: Object.entries(environment)
      .filter(([name, value]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !value.includes('\0'))
      .slice(0, MAX_ENVIRONMENT)
      .map(([name, value]) => `${name}=${value}`),
  };
}
