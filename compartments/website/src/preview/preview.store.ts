import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

export type PreviewLink = {
  readonly secretSha256: string;
  readonly articleId: number;
  readonly number: number;
  readonly expiresAt: Date;
};

export async function insertLink(
  trx: Transaction<Schema>,
  link: PreviewLink,
  by: { readonly accountId: string; readonly name: string; readonly at: Date },
): Promise<void> {
  await trx
    .insertInto('preview_link')
    .values({
      secret_sha256: link.secretSha256,
      article_id: link.articleId,
      version_number: link.number,
      created_by: by.accountId,
      created_by_name: by.name,
      created_at: by.at,
      expires_at: link.expiresAt,
    })
    .execute();
}

export async function findLink(db: Kysely<Schema>, secretSha256: string): Promise<PreviewLink | undefined> {
  const row = await db.selectFrom('preview_link').selectAll().where('secret_sha256', '=', secretSha256).executeTakeFirst();
  return row && { secretSha256, articleId: row.article_id, number: row.version_number, expiresAt: row.expires_at };
}
