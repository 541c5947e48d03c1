import { EstateError } from '@bulkhead/kernel';
import { isUpdate, listGaps, type Person, type State, type Version } from './article.rules.ts';
import { digestContent } from './digest.rules.ts';

/** @throws EstateError `article.wrong_state` */
export function requireState(version: Version, wanted: State, doing: string): void {
  if (version.state === wanted) return;
  throw new EstateError('article.wrong_state', `${doing}: version ${version.number} is ${version.state}, not ${wanted}`);
}

/** The digest in a request must be that of the content as it is now: nobody decides on a text that they did not see. */
function requireDigest(version: Version, digest: string, doing: string): void {
  if (digestContent(version.articleId, version.number, version.content) === digest) return;
  throw new EstateError('approval.wrong_digest', `${doing}: version ${version.number} has another content than the one shown`);
}

/** @throws EstateError `article.wrong_state`, `approval.wrong_digest`, `article.incomplete` */
export function checkSubmission(version: Version, digest: string): void {
  requireState(version, 'draft', 'submitting an article');
  requireDigest(version, digest, 'submitting an article');
  const gaps = listGaps(version.content, isUpdate(version));
  if (gaps.length === 0) return;
  const named = gaps.map((gap) => `${gap.what} (${gap.language})`).join(', ');
  throw new EstateError('article.incomplete', `submitting an article: missing ${named}`);
}

/** Two persons: whoever submitted it cannot approve it, whatever roles they hold. */
export function checkApproval(version: Version, digest: string, person: Person): void {
  requireState(version, 'submitted', 'approving an article');
  if (version.submission?.accountId === person.accountId)
    throw new EstateError('approval.same_person', 'approving an article: the same person submitted it');
  requireDigest(version, digest, 'approving an article');
}

/** @throws EstateError `article.wrong_state`, `article.changed_meanwhile` */
export function checkChange(version: Version, seenRevision: number): void {
  requireState(version, 'draft', 'changing an article');
  if (version.revision === seenRevision) return;
  throw new EstateError('article.changed_meanwhile', `changing an article: revision ${seenRevision} is no more the last`);
}
