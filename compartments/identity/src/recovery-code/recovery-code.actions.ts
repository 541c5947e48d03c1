import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Events, Happened } from '#event/event.actions.ts';
import type { Holder } from '#event/event.rules.ts';
import type { Schema } from '#schema.ts';
import { hashCode, makeCodes } from './recovery-code.rules.ts';
import { countUnused, hasUnusedCode, replaceCodes, useUp } from './recovery-code.store.ts';

/** Makes ten new codes, told this once; all earlier ones end [I43]. */
export async function makeRecoveryCodes(
  deps: {
    readonly transact: Transact<Transaction<Schema>>;
    readonly events: Events;
    readonly randomBytes: (length: number) => Uint8Array;
    readonly now: Now;
  },
  asked: { readonly holder: Holder } & Pick<Happened, 'sessionId' | 'address' | 'device'>,
): Promise<readonly string[]> {
  const codes = makeCodes(deps.randomBytes);
  const { holder, ...where } = asked;
  const hashes = codes.map((code) => hashCode(holder.id, code.replaceAll('-', '')));
  await deps.transact(async (trx) => {
    await replaceCodes(trx, holder.id, hashes, deps.now());
    await deps.events.note(trx, holder, { kind: 'recovery codes made', ...where, byLetter: true });
  });
  return codes;
}

/** Whether a code could be used. Asked for any account, so that the work is the same for those that have none. */
export function isUsableCode(db: Kysely<Schema>, accountId: string, code: string): Promise<boolean> {
  return hasUnusedCode(db, accountId, hashCode(accountId, code));
}

/** Uses a code up, within a transaction of the caller: true for one, however many try at once [I43]. */
export function useRecoveryCode(trx: Transaction<Schema>, accountId: string, code: string, at: Date): Promise<boolean> {
  return useUp(trx, accountId, hashCode(accountId, code), at);
}

export function countRecoveryCodes(db: Kysely<Schema>, accountId: string): Promise<number> {
  return countUnused(db, accountId);
}
