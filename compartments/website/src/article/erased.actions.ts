import type { BlobStore } from '@bulkhead/blobs';
import type { Content, Picture } from './article.rules.ts';

/** The parts of a version that name contents which two operators erased. @throws EstateError `vault.unreachable` */
export async function listErasedParts(
  blobs: Pick<BlobStore, 'isErased'>,
  { picture, figures }: Pick<Content, 'picture' | 'figures'>,
): Promise<('picture' | 'body')[]> {
  const isErased = async (pictures: readonly Picture[]) => {
    const files = pictures.flatMap(({ sha256, renditions }) => [sha256, ...renditions.map((each) => each.sha256)]);
    for (const sha256 of files) if (await blobs.isErased(sha256)) return true;
    return false;
  };
  const parts: ('picture' | 'body')[] = [];
  if (picture && (await isErased([picture]))) parts.push('picture');
  if (await isErased(figures)) parts.push('body');
  return parts;
}
