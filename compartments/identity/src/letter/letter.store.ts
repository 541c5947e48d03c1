import { languageSchema } from '@bulkhead/contracts';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type DueLetter, LETTER_STATES, type LetterState, type LetterTrace } from './letter.rules.ts';

const stateSchema = z.enum(LETTER_STATES);
const TRACE = ['id', 'kind', 'recipient', 'state', 'attempts', 'created_at', 'next_try_at', 'done_at', 'answer'] as const;
const ANSWER_LIMIT = 200;

export async function insertLetter(
  trx: Transaction<Schema>,
  letter: Pick<DueLetter, 'id' | 'kind' | 'recipient' | 'language' | 'sealed' | 'createdAt' | 'giveUpAt'> & {
    readonly accountId: string | null;
  },
): Promise<void> {
  await trx
    .insertInto('letter')
    .values({
      id: letter.id,
      account_id: letter.accountId,
      kind: letter.kind,
      recipient: letter.recipient,
      language: letter.language,
      sealed: letter.sealed,
      state: 'waiting',
      created_at: letter.createdAt,
      next_try_at: letter.createdAt,
      give_up_at: letter.giveUpAt,
    })
    .execute();
}

export async function countWaitingFor(db: Kysely<Schema>, recipient: string): Promise<number> {
  const { count } = await db
    .selectFrom('letter')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('recipient', '=', recipient)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function countLetters(db: Kysely<Schema>): Promise<Readonly<Record<LetterState, number>>> {
  const rows = await db
    .selectFrom('letter')
    .select(({ fn }) => ['state', fn.countAll<string>().as('count')] as const)
    .groupBy('state')
    .execute();
  const counted = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  const of = (state: LetterState) => counted.get(state) ?? 0;
  return { waiting: of('waiting'), sent: of('sent'), refused: of('refused'), 'given up': of('given up') };
}

export async function listLatest(db: Kysely<Schema>, limit: number): Promise<LetterTrace[]> {
  const rows = await db.selectFrom('letter').select(TRACE).orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
  return rows.map(toTrace);
}

/** Letters whose time to be tried, or to be given up, has come; the longest waiting first. */
export async function listDue(db: Kysely<Schema>, now: Date, limit: number): Promise<DueLetter[]> {
  const rows = await db
    .selectFrom('letter')
    .select([...TRACE, 'language', 'sealed', 'give_up_at'])
    .where('state', '=', 'waiting')
    .where((is) => is.or([is('next_try_at', '<=', now), is('give_up_at', '<=', now)]))
    .orderBy('next_try_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...toTrace(row),
    language: languageSchema.parse(row.language),
    sealed: row.sealed ?? '',
    giveUpAt: row.give_up_at,
  }));
}

/** Ends a letter's waiting; its text goes with that. */
export async function endLetter(
  trx: Transaction<Schema>,
  id: string,
  end: { readonly state: Exclude<LetterState, 'waiting'>; readonly answer: string; readonly attempts: number; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('letter')
    .set({
      state: end.state,
      answer: end.answer.slice(0, ANSWER_LIMIT),
      attempts: end.attempts,
      done_at: end.at,
      sealed: null,
    })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

export async function putOff(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly until: Date; readonly attempts: number; readonly answer: string },
): Promise<void> {
  await trx
    .updateTable('letter')
    .set({ next_try_at: given.until, attempts: given.attempts, answer: given.answer.slice(0, ANSWER_LIMIT) })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

export async function hasDoneBefore(db: Kysely<Schema>, before: Date): Promise<boolean> {
  const row = await db.selectFrom('letter').select('id').where('done_at', '<', before).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Deletes traces of what is done with, a few at a time: a round is no mass change that a person should look at. */
export async function deleteDoneBefore(trx: Transaction<Schema>, before: Date, limit: number): Promise<void> {
  const old = trx.selectFrom('letter').select('id').where('done_at', '<', before).limit(limit);
  await trx.deleteFrom('letter').where('id', 'in', old).execute();
}

function toTrace(row: {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly next_try_at: Date;
  readonly done_at: Date | null;
  readonly answer: string;
}): LetterTrace {
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    state: stateSchema.parse(row.state),
    attempts: row.attempts,
    createdAt: row.created_at,
    nextTryAt: row.next_try_at,
    doneAt: row.done_at,
    answer: row.answer,
  };
}
