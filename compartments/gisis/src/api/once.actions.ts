import { EstateError, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Outcome } from '#record/outcome.rules.ts';
import type { Schema } from '#schema.ts';
import { type Answer, AnsweredAlready, type Once } from './once.rules.ts';
import { claimKey, deleteOldAnswers, findAnswer, hasMostKeys, hasOldAnswers, keepAnswer, releaseKey } from './once.store.ts';

type Deps = {
  readonly db: Kysely<Schema>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly now: Now;
};
export type Answered =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly isRepeat: boolean }
  | Exclude<Outcome, { kind: 'done' }>;

/**
 * Does a write once for its key, and answers each repeat with what the first was answered: key and answer are kept in the
 * transaction of the write. Without a key it is done as often as it is sent. What was refused is not kept: it may be mended.
 * @throws EstateError `idempotency_key.reused`, `request.too_many`
 */
export async function answerOnce(
  deps: Deps,
  once: Once | null,
  write: (transact: Deps['transact']) => Promise<Outcome>,
  tell: (db: Kysely<Schema>, reference: string) => Promise<Answer>,
): Promise<Answered> {
  if (once === null) {
    const outcome = await write(deps.transact);
    if (outcome.kind !== 'done') return outcome;
    return { kind: 'answered', isRepeat: false, answer: await tell(deps.db, outcome.reference) };
  }
  const before = await findRepeat(deps, once);
  if (before) return before;
  const kept: Answer[] = [];
  const transact = keepingAnswer(deps, once, async (trx, reference) => {
    const answer = await tell(trx, reference);
    kept.push(answer);
    return answer;
  });
  try {
    const outcome = await write(transact);
    const [answer] = kept;
    if (outcome.kind !== 'done') return outcome;
    if (answer === undefined)
      throw new EstateError('transaction.in_doubt', 'writing a record: not in the transaction of its key');
    return { kind: 'answered', isRepeat: false, answer };
  } catch (error) {
    const repeat = error instanceof AnsweredAlready ? await findRepeat(deps, once) : undefined;
    if (repeat) return repeat;
    throw error;
  }
}

async function findRepeat(deps: Deps, once: Once): Promise<Answered | undefined> {
  const answer = await findKept(deps, once);
  return answer && { kind: 'answered', isRepeat: true, answer };
}

/** What the same request was answered with before, under its key. @throws EstateError `idempotency_key.reused` */
export async function findKept({ db, now }: Pick<Deps, 'db' | 'now'>, once: Once): Promise<Answer | undefined> {
  const before = await findAnswer(db, once, now());
  if (before === undefined) return undefined;
  const { requestSha256, ...answer } = before;
  if (requestSha256 === once.requestSha256) return answer;
  throw new EstateError('idempotency_key.reused', 'writing a record: the key came with another request before');
}

/** Takes a key for this transaction. @throws AnsweredAlready once another request has it, EstateError `request.too_many` */
export async function takeKey(trx: Transaction<Schema>, once: Once, now: Date): Promise<void> {
  if (!(await claimKey(trx, once, now))) throw new AnsweredAlready('another request has this key');
  if (await hasMostKeys(trx, once.accountId))
    throw new EstateError('request.too_many', 'writing a record: as many keys as are kept stand for this account');
}

/** Keeps what a request is answered with under the key that this transaction took. */
export async function keepUnderKey(trx: Transaction<Schema>, once: Once, answer: Answer): Promise<void> {
  await keepAnswer(trx, once, answer);
}

/** Takes the key first, so that the same request at the same time waits for this one, and keeps the answer last. */
function keepingAnswer(
  { transact, now }: Deps,
  once: Once,
  tell: (trx: Transaction<Schema>, reference: string) => Promise<Answer>,
): Deps['transact'] {
  return (run) =>
    transact(async (trx) => {
      await takeKey(trx, once, now());
      const result = await run(trx);
      const reference = referenceOf(result);
      if (reference === null) await releaseKey(trx, once);
      else await keepAnswer(trx, once, await tell(trx, reference));
      return result;
    });
}

function referenceOf(result: unknown): string | null {
  const done = z.object({ kind: z.literal('done'), reference: z.string() }).safeParse(result);
  return done.success ? done.data.reference : null;
}

const FORGOTTEN_AT_ONCE = 2000;

/** Forgets keys whose day is over. */
export async function forgetOldAnswers({ db, transact, now }: Deps): Promise<void> {
  if (await hasOldAnswers(db, now())) await transact((trx) => deleteOldAnswers(trx, now(), FORGOTTEN_AT_ONCE));
}
