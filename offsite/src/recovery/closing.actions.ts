import { type Blocks, type Build, type Hole, REPLAY_REQUESTS_LIMIT, type ReplayAnswer } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { composeBlocks } from './attack.rules.ts';
import { nextGatewayKey } from './gateway-key.actions.ts';
import { COOKIE_KEY, judgeReplay, listOpenings, mayPass, ROTATED, SIGNING_KEY } from './hole.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/** Step close: how the hole will be closed, decided and tried before a person approves it. */
export async function closeHole(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { id, compartment, asked, attack } = recovery;
  const standing = deps.seal.book.issued(compartment);
  const vaultSecret = recovery.vaultSecret ?? deps.newSecret();
  const replicationPassword = recovery.replicationPassword ?? deps.newSecret();
  const blocks = recovery.hole?.blocks ?? composeBlocks({ asked, attack, standing: standing?.blocks, now: deps.now() });
  const build = asked?.build ?? standing?.build ?? null;
  const nextKey = nextGatewayKey(recovery, deps.gatewayKeys);
  // Kept before the door is asked: after a kill it is asked of the same.
  const prepared: Hole = {
    rotated: [...ROTATED, ...(rotatesCookieKey(recovery) ? [COOKIE_KEY] : []), ...(nextKey ? [SIGNING_KEY] : [])],
    blocks,
    build,
    replay: null,
    unattributed: attack?.unattributed ?? 0,
    open: [],
    waivedBy: [],
  };
  await deps.recoveries.change(id, { vaultSecret, replicationPassword, hole: prepared });
  const replay = await replayAt(deps, recovery, blocks, 'before');
  const open = listOpenings({ asked, attack, blocks, replay, stillTrusted: deps.jobKeyIds });
  await deps.recoveries.change(id, { hole: { ...prepared, replay, open } });
  return `${describeBlocks(blocks)}; ${describeReplay(replay)}; ${open.length === 0 ? 'closed' : `open: ${open.join('; ')}`}`.slice(
    0,
    900,
  );
}

/** What the orders of this recovery carry to close the hole. */
export function closureOf(
  { gatewayKeys }: Pick<RecoveryDeps, 'gatewayKeys'>,
  recovery: RecoveryRecord,
): {
  readonly blocks?: Blocks;
  readonly build?: Build;
  readonly rotatesCookieKey?: true;
  readonly rotatesGatewayKey?: string;
} {
  const { hole } = recovery;
  if (hole === null) return {};
  const nextKey = nextGatewayKey(recovery, gatewayKeys);
  return {
    blocks: hole.blocks,
    ...(hole.build ? { build: hole.build } : {}),
    ...(rotatesCookieKey(recovery) ? { rotatesCookieKey: true as const } : {}),
    ...(nextKey ? { rotatesGatewayKey: nextKey } : {}),
  };
}

/** A gateway's key in the scope means that whoever had it could have its cookies too. */
function rotatesCookieKey({ asked }: RecoveryRecord): boolean {
  return asked !== null && asked.scope.keyIds.length > 0;
}

/** Puts the drawn secrets in force, at the vault first: headquarters fetches them with the order that follows [C22]. */
export async function rotateSecrets(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<void> {
  const { id, compartment, vaultSecret, replicationPassword } = recovery;
  if (vaultSecret === null) return;
  await deps.vault.replaceSecret(compartment, vaultSecret);
  await deps.recoveries.keepSecrets(compartment, { vaultSecret, replicationPassword, recovery: id, now: deps.now() });
}

/** With which the receiver reads the WAL of headquarters' database; undefined while that of the joining stands. */
export async function findReplicationPassword(deps: RecoveryDeps, compartment: string): Promise<string | undefined> {
  return (await deps.recoveries.findSecrets(compartment))?.replicationPassword ?? undefined;
}

/**
 * Step replay: with the restored compartment answering, its old passwords and the recorded attack are tried again [C23].
 * @throws EstateError `hole.open` if anything of them would pass, unless two operators waived it; then the compartment is sealed again
 */
export async function replayAttack(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, hole } = recovery;
  if (hole === null) throw new EstateError('hole.open', `replaying the attack on ${compartment}: its hole was not closed`);
  const tried = listUnclosed(deps, recovery, hole);
  const replay = await replayAt(deps, recovery, hole.blocks, 'after');
  if (replay === null && hasRequests(recovery)) {
    throw new EstateError('request.timed_out', `replaying the attack on ${compartment}: the gateway did not answer in time`);
  }
  const passing = replay?.passing.slice(0, 3).map(({ route, detail }) => `${route} (${detail})`) ?? [];
  const open = [
    ...tried.open,
    ...(replay && replay.passingCount > 0
      ? [`${replay.passingCount} recorded requests pass the door: ${passing.join(', ')}`]
      : []),
  ];
  const said = `${tried.detail}; ${describeReplay(replay)}`;
  if (open.length === 0) return said;
  if (mayPass({ ...hole, open }))
    return `${said}; waived by ${hole.waivedBy.map(({ operator }) => operator).join(' and ')}: ${open.join('; ')}`;
  throw new EstateError('hole.open', `replaying the attack on ${compartment}: ${open.join('; ')}`);
}

/** What headquarters' supervisor saw when it opened the restored compartment. */
function listUnclosed(deps: RecoveryDeps, { compartment, epoch, asked }: RecoveryRecord, hole: Hole) {
  const applied = deps.seal.book.applied(compartment, 'supervisor');
  const closure = applied?.epoch === epoch ? applied?.closure : undefined;
  if (!closure)
    return { open: ['headquarters did not tell whether old passwords are refused'], detail: 'old passwords: unknown' };
  const { passwordsTried, passwordsRefused, tokens, build } = closure;
  const open: string[] = [];
  if (hole.rotated.includes(SIGNING_KEY) && (tokens === undefined || tokens.tried === 0))
    open.push("nobody tried whether the gateway's key from before is refused");
  if (tokens && tokens.refused < tokens.tried) open.push("the gateway's key from before still signs tokens that are taken");
  if (passwordsRefused < passwordsTried) open.push(`${passwordsTried - passwordsRefused} old passwords still open the database`);
  if (hole.build && build !== hole.build.sha256) open.push('the ordered build does not run');
  // Whoever wrote without a request came with a password, or from inside the code.
  const isOtherwiseClosed = hole.build !== null || hole.blocks.routes.length > 0;
  const isAttack = asked !== null && asked.reverts === null;
  if (isAttack && hole.unattributed > 0 && passwordsTried === 0 && !isOtherwiseClosed) {
    open.push('no request explains part of the attack, and no old password was there to be tried');
  }
  const keys = tokens ? `, ${tokens.refused} of ${tokens.tried} tokens of the old key` : '';
  return { open, detail: `${passwordsRefused} of ${passwordsTried} old passwords${keys} refused` };
}

function hasRequests({ asked, attack }: RecoveryRecord): boolean {
  return asked !== null && asked.reverts === null && (attack?.requests.length ?? 0) > 0;
}

/** The recorded requests, held against the door in pieces; null if there are none, or if nobody answered. */
async function replayAt(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
  blocks: Blocks,
  when: 'before' | 'after',
): Promise<Hole['replay']> {
  const requests = recovery.attack?.requests ?? [];
  if (!hasRequests(recovery)) return null;
  const outcomes: ReplayAnswer['outcomes'] = [];
  for (let from = 0; from < requests.length; from += REPLAY_REQUESTS_LIMIT) {
    const piece = requests.slice(from, from + REPLAY_REQUESTS_LIMIT);
    const id = `${recovery.id}-${when}-${from}`;
    const asked = { id, compartment: recovery.compartment, blocks, requests: piece };
    const answer = await deps.replays.ask(asked, deps.patience.replayMs, deps.stopping);
    if (!answer) return null;
    outcomes.push(...answer.outcomes);
  }
  return judgeReplay(requests, outcomes, (recovery.hole?.build ?? recovery.asked?.build ?? null) !== null);
}

function describeBlocks({ sessions, accounts, addresses, routes }: Blocks): string {
  return `${sessions.length} sessions and ${accounts.length} accounts have to sign in anew, ${addresses.length} addresses and ${routes.length} routes are closed`;
}

function describeReplay(replay: Hole['replay']): string {
  if (replay === null) return 'no request was replayed';
  const { requests, refused, leftToBuild } = replay;
  return `${refused} of ${requests} recorded requests refused at the door${leftToBuild > 0 ? `, ${leftToBuild} left to the build` : ''}`;
}
