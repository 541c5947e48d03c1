import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { IndexReader } from './index-reader.store.ts';
import { openIndexFile, openIndexForReading } from './index-schema.store.ts';
import { IndexWriter } from './index-writer.store.ts';
import { TextIndex } from './text-index.store.ts';

export type { IndexReader } from './index-reader.store.ts';
export type { ChangePlace, IndexedChange, IndexedTransaction, Origin, Page } from './index-rows.store.ts';

/** The index of one compartment: one file, disposable, made again from the archive. */
export type HistoryIndex = {
  readonly compartment: string;
  readonly writer: IndexWriter;
  readonly reader: IndexReader;
  readonly texts: TextIndex;
};

/** @throws EstateError `history.unreadable` */
export function openIndex(directory: string, compartment: string): HistoryIndex & { readonly close: () => void } {
  const own = join(directory, 'index', compartment);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const path = join(own, 'index.sqlite');
  const remove = () => {
    for (const file of ['index', 'text'])
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(own, `${file}.sqlite${suffix}`), { force: true });
  };
  const writer = new IndexWriter(openIndexFile(path, remove));
  const reader = new IndexReader(openIndexForReading(path));
  const texts = new TextIndex(join(own, 'text.sqlite'), reader);
  return {
    compartment,
    writer,
    reader,
    texts,
    close: () => {
      texts.close();
      reader.close();
      writer.close();
    },
  };
}
