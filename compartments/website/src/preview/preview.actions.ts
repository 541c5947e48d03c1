import { EstateError, sha256Hex } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type Acting, type Named, noteEvent, stamp } from '#article/acting.actions.ts';
import type { Version } from '#article/article.rules.ts';
import { readVersion } from '#article/reading.actions.ts';
import type { Schema } from '#schema.ts';
import { publicStyle } from '#site/public-style.ts';
import type { Site } from '#site/site.rules.ts';
import { SiteRows } from '#site/site-rows.rules.ts';
import { findLink, insertLink } from './preview.store.ts';
import { listSurroundingRows } from './surroundings.store.ts';

export const PREVIEW_HOURS = 72;
const HOUR_MS = 3_600_000;

/** What a link is made of, shown once: only its digest is kept. */
export type SharedPreview = { readonly secret: string; readonly expiresAt: Date };

/** Makes a link under which a version can be read as it would be published. */
export async function sharePreview(
  deps: Acting & { readonly newSecret: () => string; readonly db: Database<Schema>['read'] },
  named: Named,
): Promise<SharedPreview> {
  const by = stamp(deps);
  const version = await readVersion(deps, named.articleId, named.number);
  const secret = deps.newSecret();
  const expiresAt = new Date(by.at.getTime() + PREVIEW_HOURS * HOUR_MS);
  await deps.transact(async (trx) => {
    await insertLink(
      trx,
      { secretSha256: sha256Hex(secret), articleId: version.articleId, number: version.number, expiresAt },
      by,
    );
    await noteEvent(trx, { articleId: version.articleId, number: version.number, kind: 'preview-shared', by });
  });
  return { secret, expiresAt };
}

/**
 * The version that a link leads to. One that expired, or never was, is the same: not found.
 * @throws EstateError `request.not_found`
 */
export async function readPreview(
  deps: { readonly db: Database<Schema>['read']; readonly now: () => Date },
  secret: string,
): Promise<{ readonly version: Version; readonly expiresAt: Date }> {
  const link = await findLink(deps.db, sha256Hex(secret));
  if (!link || link.expiresAt <= deps.now())
    throw new EstateError('request.not_found', 'opening a preview: its link is not known, or expired');
  return { version: await readVersion(deps, link.articleId, link.number), expiresAt: link.expiresAt };
}

/** What is public at this moment, as far as a version shows it: what its blocks list, what it names, what leads to it. */
export async function readSurroundings(
  deps: { readonly db: Database<Schema>['read']; readonly now: () => Date },
  { content }: Version,
): Promise<Site> {
  const now = deps.now();
  const rows = new SiteRows();
  for (const row of await listSurroundingRows(deps.db, content, now)) rows.take(row);
  return rows.assemble(now);
}

/** The public's stylesheet, for previews; null for another file. */
export function answerPublicStyle(file: string): Response | null {
  const { path, contentType, bytes } = publicStyle();
  if (path !== `/assets/${file}`) return null;
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': contentType, 'cache-control': 'private, max-age=3600' },
  });
}
