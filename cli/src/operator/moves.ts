import { type SiteMove, type SiteMoves, siteMoveSchema, siteMovesSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';
import { orderAtDesk } from './request.ts';

const LOOK_MS = 100;

/** Moves are told from recoveries by the first letter of their ids. */
export function isMoveId(id: string): boolean {
  return /^m[0-9a-f]{12}$/.test(id);
}

export function getMove(desk: WirePeer, id: string): Promise<SiteMove> {
  return callWire(desk, { method: 'GET', path: `/moves/${encodeURIComponent(id)}` }, siteMoveSchema);
}

export function listMoves(desk: WirePeer): Promise<SiteMoves> {
  return callWire(desk, { method: 'GET', path: '/moves' }, siteMovesSchema);
}

/** What a move would do, or did, for a person. */
export function describeMove(move: SiteMove): string[] {
  const { id, kind, state, requestedBy, reason, approvedBy, failure, digest } = move;
  const lines = [
    `${kind} ${id}: ${state}, asked for by ${requestedBy} (${reason})${approvedBy ? `, approved by ${approvedBy}` : ''}`,
  ];
  for (const { step, tookMs, detail } of move.steps)
    lines.push(`  ${step.padEnd(10)} ${(tookMs / 1000).toFixed(1)} s  ${detail}`);
  for (const one of move.compartments) if (one.failure) lines.push(`  NOT MOVED: ${one.name}: ${one.failure}`);
  if (failure) lines.push(`  failed: ${failure}`);
  const took = secondsToAnswer(move);
  if (took !== null) lines.push(`  every compartment answered ${took.toFixed(1)} s after the approval`);
  const restores =
    move.kind === 'failback' && state === 'approved' ? move.compartments.flatMap(({ recovery }) => recovery ?? []) : [];
  if (restores.length > 0)
    lines.push(
      `  its restores wait for a second operator one by one: ${restores.map((one) => `bulkhead approve ${one}`).join(' · ')}`,
    );
  if (state === 'asked') lines.push(`To approve: bulkhead approve ${id} --as second-operator --digest ${digest}`);
  return lines;
}

function secondsToAnswer({ approvedAt, answeredAt }: SiteMove): number | null {
  return approvedAt && answeredAt ? (Date.parse(answeredAt) - Date.parse(approvedAt)) / 1000 : null;
}

/** Follows a failover to its end, or a failback until its restores wait for people, telling each step once. */
export async function watchMove(desk: WirePeer, id: string, tell: (line: string) => void): Promise<SiteMove> {
  for (let told = 0; ; await sleepMs(LOOK_MS)) {
    const move = await getMove(desk, id);
    for (const { step, tookMs, detail } of move.steps.slice(told)) tell(`  ${step}: ${(tookMs / 1000).toFixed(1)} s, ${detail}`);
    told = move.steps.length;
    const waitsForPeople =
      move.kind === 'failback' &&
      move.compartments.every((one) => one.recovery !== null || one.failure !== null) &&
      move.compartments.length > 0;
    if (move.state !== 'approved' || waitsForPeople) return move;
  }
}

/** A command that asks the desk for a move, which a second operator must approve. */
export function createMoveCommand(
  kind: 'failover' | 'failback',
  told: { readonly summary: string; readonly details: string },
): Command {
  return {
    summary: told.summary,
    words: '',
    count: [0, 0],
    options: { as: AS_OPTION, reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' }, json: JSON_OPTION },
    details: told.details,
    run: async (given, surroundings) => {
      const reason = textOf(given, 'reason') ?? 'ordered by an operator';
      const { request = '' } = await orderAtDesk(given, surroundings, { kind, reason }, 'first-operator');
      const { desk } = await getRunningEstate(surroundings.paths);
      const move = await getMove(desk, request);
      for (const line of given.options['json'] ? [JSON.stringify(move)] : describeMove(move)) surroundings.print(line);
      return EXIT.done;
    },
  };
}
