import { DigestSearch } from '#archive/digest-search.rules.ts';
import type { IndexReader } from './index-reader.store.ts';

const SLICE = 500;

/** Which of these digests stand in any change that the index keeps: what it can bring back must not be collected. */
export async function searchNames(reader: Pick<IndexReader, 'listTexts'>, digests: readonly string[]): Promise<string[]> {
  const search = new DigestSearch(digests);
  for (let after = 0; ; ) {
    const texts = reader.listTexts(after, SLICE);
    for (const { text } of texts) {
      search.cut();
      search.take(Buffer.from(text));
    }
    const last = texts.at(-1);
    if (!last) return [...search.found].toSorted();
    after = last.id;
    await new Promise(setImmediate);
  }
}
