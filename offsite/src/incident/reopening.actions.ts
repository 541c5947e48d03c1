import type { Scope } from '@bulkhead/contracts';
import { canonicalJson, EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Recorder } from '#record/record.actions.ts';
import type { IncidentStore } from './incident.store.ts';
import type { ScopeDeps } from './scope.actions.ts';
import { namesAnything, proposeScope, tellScope } from './scope.rules.ts';

const NAMED_READ = 50_000;
const WAIVERS_NEEDED = 2;

export type ReopeningDeps = {
  readonly incidents: IncidentStore;
  readonly listNamed: ScopeDeps['listNamed'];
  readonly recorder: Recorder;
  readonly now: Now;
};

type StandingScope = { readonly incident: number; readonly scope: Scope; readonly sha256: string };

/** What the compartment's open incident names as compromised, if it names anything. */
async function findStandingScope(
  { incidents, listNamed }: Pick<ReopeningDeps, 'incidents' | 'listNamed'>,
  compartment: string,
): Promise<StandingScope | undefined> {
  const incident = await incidents.findOpen(compartment);
  if (incident === undefined) return undefined;
  const scope = proposeScope(await listNamed(incident, NAMED_READ));
  return namesAnything(scope) ? { incident, scope, sha256: sha256Hex(canonicalJson(scope)) } : undefined;
}

/**
 * Whether a compartment may be reopened as it stands: nothing that its open incident names was taken out of it, and no
 * attack was replayed against it [C27].
 * @returns the operators who waived, none if nobody had to
 * @throws EstateError `hole.open`, saying what to do
 */
export async function requireScopeClosed(
  deps: Pick<ReopeningDeps, 'incidents' | 'listNamed'>,
  compartment: string,
): Promise<readonly string[]> {
  const standing = await findStandingScope(deps, compartment);
  if (standing === undefined) return [];
  const { incident, scope, sha256 } = standing;
  const waivers = await deps.incidents.listWaivers(incident, sha256);
  if (waivers.length >= WAIVERS_NEEDED) return waivers.map(({ operator }) => operator);
  const given = waivers.length === 0 ? '' : ` (${waivers.map(({ operator }) => operator).join(', ')} has waived)`;
  throw new EstateError(
    'hole.open',
    `reopening ${compartment}: its incident ${incident} names ${tellScope(scope)}, and nothing of it was taken out${given}; ` +
      `take it out: bulkhead undo ${compartment} --incident ${incident}; or, if it was a false alarm, two operators each: bulkhead waive incident-${incident}`,
  );
}

/**
 * One of two operators lets a compartment be reopened though its incident names something; it holds for what is named now.
 * @throws EstateError `incident.not_found`, `compartment.wrong_state` where nothing is to be waived
 */
export async function waiveScope(
  deps: ReopeningDeps,
  asked: { readonly incident: number; readonly operator: string; readonly reason: string },
): Promise<void> {
  const { incident, operator, reason } = asked;
  const found = await deps.incidents.findIncident(incident);
  if (!found) throw new EstateError('incident.not_found', `waiving incident ${incident}: there is none of this number`);
  const standing = await findStandingScope(deps, found.compartment);
  if (standing?.incident !== incident) {
    throw new EstateError('compartment.wrong_state', `waiving incident ${incident}: it is closed, or names nothing to take out`);
  }
  const { compartment } = found;
  const { sha256, scope } = standing;
  await deps.recorder.append({
    kind: 'hole.waived',
    idempotencyKey: `waive:incident-${incident}:${sha256.slice(0, 16)}:${operator}`,
    body: { incident, compartment, operator, reason, scope: tellScope(scope), scopeSha256: sha256 },
  });
  await deps.incidents.addWaiver(incident, { operator, reason, scopeSha256: sha256, givenAt: deps.now() });
}
