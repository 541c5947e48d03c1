import type { Blocks, Hole, RecordedRequest, ReplayAnswer } from '@bulkhead/contracts';
import { SHOWN_AT_MOST } from '@bulkhead/contracts';
import type { AskedRepair, Attack } from './attack.rules.ts';

/** What is replaced at each restore. */
export const ROTATED = [
  'passwords of the database roles',
  "password of the database's superuser",
  "the compartment's internal secret",
  "the compartment's secret at the vault",
  'password of the replication',
] as const;
export const COOKIE_KEY = "the gateway's cookie key";
export const SIGNING_KEY = "the gateway's signing key";

export type Waiver = { readonly operator: string; readonly reason: string };

/** How many operators let a recovery pass with its hole open. */
export const WAIVERS_NEEDED = 2;

/** What the door said of each recorded request. */
export function judgeReplay(
  requests: readonly RecordedRequest[],
  outcomes: ReplayAnswer['outcomes'],
  hasBuild: boolean,
): NonNullable<Hole['replay']> {
  const passing: { route: string; detail: string }[] = [];
  let refused = 0;
  let leftToBuild = 0;
  let passingCount = 0;
  for (const [index, request] of requests.entries()) {
    const outcome = outcomes[index] ?? { verdict: 'unknown', detail: 'was not answered' };
    if (outcome.verdict === 'refused') refused += 1;
    else if (hasBuild) leftToBuild += 1;
    else {
      passingCount += 1;
      if (passing.length < SHOWN_AT_MOST) passing.push({ route: request.route, detail: outcome.detail });
    }
  }
  return { requests: requests.length, refused, leftToBuild, passing, passingCount };
}

/**
 * Why the hole is not closed, for people; empty if it is. The passwords are tried when the restored database runs.
 * @param stillTrusted keys that tokens are verified with and that this recovery does not replace
 */
export function listOpenings(given: {
  readonly asked: AskedRepair | null;
  readonly attack: Attack | null;
  readonly blocks: Blocks;
  readonly replay: Hole['replay'];
  readonly stillTrusted: readonly string[];
}): string[] {
  const { asked, attack, blocks, replay, stillTrusted } = given;
  if (asked === null || asked.reverts !== null) return [];
  const open: string[] = [];
  const { scope, build } = asked;
  const keys = scope.keyIds.filter((key) => stillTrusted.includes(key));
  if (keys.length > 0) open.push(`the key ${keys.join(', ')} of the scope is still trusted: enrol another at both sites`);
  const closed = new Set(blocks.routes);
  const left = (attack?.routes ?? []).filter((route) => !closed.has(route));
  if (scope.everything && build === null && (left.length > 0 || closed.size === 0)) {
    const which = left.length > 0 ? `: ${left.slice(0, 10).join(', ')}` : '';
    open.push(`nothing tells the attack from others: order a patched build, or close the routes it can have used${which}`);
  }
  if (attack !== null && !attack.isWhole && build === null) open.push('there were more different requests than are replayed');
  if (replay !== null && replay.passingCount > 0) {
    open.push(`${replay.passingCount} of ${replay.requests} recorded requests would pass the door again`);
  }
  return open.map((reason) => reason.slice(0, 500));
}

/** Whether a copy may go live: its hole is closed, or two operators let it pass. */
export function mayPass(hole: Hole | null): boolean {
  return hole === null || hole.open.length === 0 || hole.waivedBy.length >= WAIVERS_NEEDED;
}
