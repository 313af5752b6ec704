/** What a lab adds to every guest that runs in it, for ordinary runs and for checks alike. */
import type { LabService } from '@sandtable/shared/labs/manifest';
import type { ServiceSpec, StartFile } from '../sandbox/index.ts';
import { GUEST_FOLDER } from '../sessions/benchWorld.ts';
import type { LabPart } from '../sessions/labPart.ts';
import { definedOnly } from './definedOnly.ts';
import { labInstance, type LabInstance } from './labInstance.ts';
import type { Pack } from './packReader.ts';

/** For an ordinary run of a work: goes into `RunSpec.lab`. */
export function labRunExtras(pack: Pack, seed: string): LabPart {
  return labPartOf(labInstance(pack, seed));
}

export function labPartOf(instance: LabInstance): LabPart {
  const { manifest } = instance;
  const policy = manifest.policy === undefined ? undefined : instance.file(manifest.policy);
  return {
    ...(policy === undefined ? {} : { policy: new TextDecoder().decode(policy) }),
    files: worldFiles(instance),
    hidden: Object.entries(manifest.world)
      .filter(([, { visible }]) => !visible)
      .map(([path]) => path),
    readOnly: manifest.files
      .filter(({ access }) => access === 'read-only')
      .map(({ path }) => `${GUEST_FOLDER}/${path}`),
    services: manifest.services.map((service, index) => serviceSpec(instance, service, index)),
    limits: definedOnly(manifest.limits),
  };
}

function worldFiles(instance: LabInstance): readonly StartFile[] {
  return Object.entries(instance.manifest.world).map(([path, { text, file }]) => ({
    path,
    data: file === undefined ? new TextEncoder().encode(text) : instance.file(file)!.slice(),
  }));
}

function serviceSpec(instance: LabInstance, service: LabService, index: number): ServiceSpec {
  const [host = '', port = '0'] = service.address.split(':');
  return {
    host,
    port: Number(port),
    ip: service.ip ?? `10.7.0.${String(index + 1)}`,
    talk: talkOf(instance, service),
  };
}

function talkOf(instance: LabInstance, { address, reply, script, echo }: LabService): ServiceSpec['talk'] {
  if (reply !== undefined) {
    const lines = new TextDecoder()
      .decode(instance.file(reply))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${line}\n`);
    return {
      kind: 'lines',
      lines: lines.length === 0 ? ['\n'] : lines,
      seed: `${instance.seed}\n${address}`,
    };
  }
  if (script !== undefined) return { kind: 'script', steps: script.map(definedOnly) };
  return { kind: echo === true ? 'echo' : 'silent' };
}
