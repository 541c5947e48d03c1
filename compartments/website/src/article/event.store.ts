import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { ArticleEvent, Stamp } from './article.rules.ts';

export type EventKind =
  | 'created'
  | 'changed'
  | 'picture-changed'
  | 'submitted'
  | 'rejected'
  | 'approved'
  | 'update-begun'
  | 'discarded'
  | 'withdrawn'
  | 'restored'
  | 'preview-shared';

const EVENT_LIMIT = 1000;

/** Adds to the history of an article; nothing ever takes away from it. */
export async function insertEvent(
  trx: Transaction<Schema>,
  event: {
    readonly articleId: number;
    readonly number: number;
    readonly kind: EventKind;
    readonly by: Stamp;
    readonly digest?: string;
    readonly note?: string;
  },
): Promise<void> {
  await trx
    .insertInto('article_event')
    .values({
      article_id: event.articleId,
      version_number: event.number,
      kind: event.kind,
      account_id: event.by.accountId,
      account_name: event.by.name,
      at: event.by.at,
      digest: event.digest ?? null,
      note: event.note ?? null,
    })
    .execute();
}

/** The history of an article, newest first. */
export async function listEvents(db: Kysely<Schema>, articleId: number): Promise<ArticleEvent[]> {
  const rows = await db
    .selectFrom('article_event')
    .select(['version_number', 'kind', 'account_id', 'account_name', 'at', 'digest', 'note'])
    .where('article_id', '=', articleId)
    .orderBy('id', 'desc')
    .limit(EVENT_LIMIT)
    .execute();
  return rows.map((row) => ({
    number: row.version_number,
    kind: row.kind,
    by: { accountId: row.account_id, name: row.account_name, at: row.at },
    digest: row.digest,
    note: row.note,
  }));
}
