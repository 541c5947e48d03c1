import { EstateError } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { type Acting, beginVersion, type Named, type Proving, type Standing, stamp, standingOf } from './acting.actions.ts';
import type { Reasons, Stamp, Version } from './article.rules.ts';
import { findWithdrawal, getVersion, insertWithdrawal, listVersions, moveVersion } from './article.store.ts';
import { checkApproval, checkSubmission, requireState } from './decision.rules.ts';
import { digestWithdrawal } from './digest.rules.ts';
import { type EventKind, insertEvent } from './event.store.ts';
import { insertSearchEntries } from './search-entry.store.ts';

/** @throws EstateError `request.not_found`, `article.wrong_state`, `approval.wrong_digest`, `article.incomplete` */
export function submitArticle(proving: Proving, named: Named, digest: string): Promise<Standing> {
  return deciding(proving, named, 'submitted', digest, async (version, trx, by) => {
    checkSubmission(version, digest);
    await moveVersion(trx, version, { state: 'submitted', by, token: proving.token });
  });
}

/** @throws EstateError `request.not_found`, `article.wrong_state`, `approval.same_person`, `approval.wrong_digest` */
export function approveArticle(proving: Proving, named: Named, digest: string): Promise<Standing> {
  return deciding(proving, named, 'approved', digest, async (version, trx, by) => {
    checkApproval(version, digest, proving.person);
    await moveVersion(trx, version, { state: 'approved', by, token: proving.token });
    await insertSearchEntries(trx, version, by.at);
  });
}

/**
 * Sends a submitted version back with a remark: it stays as it was, and a new draft begins with its content.
 * @throws EstateError `request.not_found`, `article.wrong_state`
 */
export function rejectArticle(acting: Acting, named: Named, remark: string): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const version = await getVersion(trx, named.articleId, named.number, { forUpdate: true });
    requireState(version, 'submitted', 'rejecting an article');
    await moveVersion(trx, version, { state: 'rejected', by, remark });
    const { articleId, number } = version;
    await insertEvent(trx, { articleId, number, kind: 'rejected', by, note: remark });
    return beginVersion(trx, { ...version, number: number + 1 }, by);
  });
}

/**
 * Takes an approved version from the public; the page then tells that it was withdrawn, and why.
 * @throws EstateError `request.not_found`, `article.wrong_state`, `approval.wrong_digest`
 */
export function withdrawArticle(
  proving: Proving,
  named: Named,
  given: { readonly reasons: Reasons; readonly digest: string },
): Promise<Standing> {
  const by = stamp(proving);
  return proving.transact(async (trx) => {
    const version = await getVersion(trx, named.articleId, named.number, { forUpdate: true });
    requireState(version, 'approved', 'withdrawing an article');
    const { digest } = standingOf(version);
    if (digestWithdrawal(digest, given.reasons) !== given.digest)
      throw new EstateError('approval.wrong_digest', 'withdrawing an article: for other reasons than those shown');
    await requireNewest(trx, version);
    await insertWithdrawal(trx, version, { reasons: given.reasons, by, token: proving.token });
    const note = given.reasons.en ?? '';
    const { articleId, number } = version;
    await insertEvent(trx, { articleId, number, kind: 'withdrawn', by, digest: given.digest, note });
    return standingOf(version);
  });
}

async function requireNewest(trx: Transaction<Schema>, version: Version): Promise<void> {
  const newest = (await listVersions(trx, version.articleId)).find((other) => other.state === 'approved');
  if (newest?.number !== version.number)
    throw new EstateError('article.wrong_state', `withdrawing an article: version ${version.number} is not the public one`);
  if (await findWithdrawal(trx, version.articleId, version.number))
    throw new EstateError('article.wrong_state', 'withdrawing an article: it is withdrawn already');
}

function deciding(
  acting: Acting,
  { articleId, number }: Named,
  kind: EventKind,
  digest: string,
  decide: (version: Version, trx: Transaction<Schema>, by: Stamp) => Promise<void>,
): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const version = await getVersion(trx, articleId, number, { forUpdate: true });
    await decide(version, trx, by);
    await insertEvent(trx, { articleId: version.articleId, number, kind, by, digest });
    return standingOf(version);
  });
}
