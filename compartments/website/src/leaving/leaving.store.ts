import { languageSchema } from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { ArticleEvent, Publishing, State, Withdrawal } from '#article/article.rules.ts';
import { parseRow, versionRowSchema, withdrawalRowSchema } from '#article/content-row.rules.ts';
import type { Schema } from '#schema.ts';
import type { Place } from './leaving.rules.ts';

const stateSchema = versionRowSchema.shape.state;

/** The versions that come after a place, by article and number. The canary is no article. */
export async function listPlaces(db: Kysely<Schema>, after: Place, limit: number): Promise<Place[]> {
  const rows = await db
    .selectFrom('article_version')
    .select(['article_id', 'number'])
    .where('article_id', '>', 0)
    .where((eb) =>
      eb.or([
        eb('article_id', '>', after.articleId),
        eb.and([eb('article_id', '=', after.articleId), eb('number', '>', after.number)]),
      ]),
    )
    .orderBy('article_id')
    .orderBy('number')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ articleId: row.article_id, number: row.number }));
}

export type Leaving = {
  readonly slug: string;
  readonly created: { readonly accountId: string; readonly at: Date };
  readonly addresses: readonly {
    readonly language: string;
    readonly room: string;
    readonly path: string;
    readonly isKept: boolean;
  }[];
  readonly versions: readonly {
    readonly number: number;
    readonly state: State;
    readonly content: { readonly publishing: Publishing | null };
  }[];
  readonly withdrawals: ReadonlyMap<number, Withdrawal>;
};

/** What belongs to an article and to none of its versions, and which versions there are. */
export async function getLeaving(db: Kysely<Schema>, articleId: number): Promise<Leaving> {
  const article = await db.selectFrom('article').selectAll().where('id', '=', articleId).executeTakeFirstOrThrow();
  const addresses = await db
    .selectFrom('article_address')
    .select(['language', 'room', 'path', 'is_kept'])
    .where('article_id', '=', articleId)
    .orderBy('language')
    .orderBy('path')
    .execute();
  const versions = await db
    .selectFrom('article_version')
    .select(['number', 'state', 'publish_at', 'publish_zone'])
    .where('article_id', '=', articleId)
    .orderBy('number')
    .execute();
  const withdrawals = await db.selectFrom('article_withdrawal').selectAll().where('article_id', '=', articleId).execute();
  return {
    slug: article.slug,
    created: { accountId: article.created_by, at: article.created_at },
    addresses: addresses.map(({ language, room, path, is_kept: isKept }) => ({
      language: languageSchema.parse(language),
      room,
      path,
      isKept,
    })),
    versions: versions.map((row) => ({
      number: row.number,
      state: stateSchema.parse(row.state),
      content: { publishing: row.publish_at && { at: row.publish_at, zone: row.publish_zone ?? 'UTC' } },
    })),
    withdrawals: new Map(
      withdrawals.map((row) => [
        row.version_number,
        {
          versionNumber: row.version_number,
          reasons: parseRow(withdrawalRowSchema, row, 'article_withdrawal').reasons,
          by: { accountId: row.withdrawn_by, name: row.withdrawn_by_name, at: row.withdrawn_at },
        },
      ]),
    ),
  };
}

/** What was done with one version, the first first. */
export async function listHistory(db: Kysely<Schema>, { articleId, number }: Place): Promise<Omit<ArticleEvent, 'number'>[]> {
  const rows = await db
    .selectFrom('article_event')
    .select(['kind', 'account_id', 'account_name', 'at', 'digest', 'note'])
    .where('article_id', '=', articleId)
    .where('version_number', '=', number)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    by: { accountId: row.account_id, name: row.account_name, at: row.at },
    digest: row.digest,
    note: row.note,
  }));
}
