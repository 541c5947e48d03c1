import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { RegistryMember } from '#sample/registry-member.ts';
import type { HonestRequest } from '../people/at-work.ts';
import type { Registrars } from '../people/registrars.ts';
import { pathOf, REGISTRY, VICTIM } from '../people/registry-staff.ts';
import type { Stage } from './scenario.ts';

/** Honest changes of the very cells that an attack wrote: they stay, and a person is told of each. */
export const ON_TOP = 20;

export function registrarsOf({ registrars }: Stage): Registrars {
  if (registrars) return registrars;
  throw new EstateError('config.invalid', 'attacking the registry: nobody keeps it in this exercise');
}

/** Somebody who acts in the session of an officer, from an address of their own. */
export function stealOfficer(
  { running, accounts, certificates, now }: Stage,
  { staff }: Registrars,
  from: string,
): RegistryMember {
  const account = accounts.find(({ email }) => email === VICTIM);
  if (!account) throw new EstateError('config.invalid', `looking for the sample account ${VICTIM}`);
  const origin = originUrl(running.estate, REGISTRY);
  const { cookies } = staff.member(VICTIM);
  return new RegistryMember({ origin, address: running.estate.listenAddress, account, now, certificates, from, cookies });
}

/** The false name that an attack gives a facility. */
export function falseName(mark: string, reference: string): string {
  return `Closed (${mark} ${reference})`;
}

/** Keepers give some facilities a new name: honest work on top of what the attack wrote. */
export async function changeOnTop(registrars: Registrars): Promise<HonestRequest[]> {
  const done: HonestRequest[] = [];
  for (const [at, slug] of registrars.references.slice(0, ON_TOP).entries()) {
    const request = await registrars.atWork.act(registrars.keeperOf(at), {
      kind: 'change',
      slug,
      fields: { name: `Renamed terminal ${at + 1}` },
    });
    if (request) done.push(request);
  }
  return done;
}

/** Whether the public reads a false name in any record that nobody renamed. */
export async function isFalse(
  { running, certificates, accounts, now, mark }: Stage,
  references: readonly string[],
): Promise<boolean> {
  const [account] = accounts;
  if (!account) return true;
  const origin = originUrl(running.estate, REGISTRY);
  const stranger = new RegistryMember({ origin, address: running.estate.listenAddress, account, now, certificates });
  try {
    for (const reference of [references[ON_TOP], references.at(-1)]) {
      const { fields } = await stranger.readRecord(pathOf(reference ?? ''));
      if (fields['name']?.includes(mark)) return true;
    }
    return false;
  } finally {
    stranger.leave();
  }
}
