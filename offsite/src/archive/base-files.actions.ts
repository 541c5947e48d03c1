import { EstateError } from '@bulkhead/kernel';
import type { BaseMap, ChunkPlace, MapPiece } from './base-map.rules.ts';
import { closeAll, type OpenPack, openPacks, readChunks } from './base-packs.actions.ts';
import { unpackPiece } from './base-reader.actions.ts';
import type { Place } from './packing.actions.ts';
import { paddingOf, readTarHead, TAR_BLOCK } from './tar.rules.ts';

/** A file of a base: each part but the last is a whole chunk, as the tar was cut. */
export type BaseFile = { readonly bytes: number; readonly parts: readonly (ChunkPlace | Buffer)[] };

/** The files of a base that is kept, each to be read by its parts. */
export class BaseFiles {
  readonly #files: ReadonlyMap<string, BaseFile>;
  readonly #packs: readonly OpenPack[];
  /** How long all of them are. */
  readonly bytes: number;

  private constructor(files: ReadonlyMap<string, BaseFile>, packs: readonly OpenPack[]) {
    this.#files = files;
    this.#packs = packs;
    this.bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
  }

  /** @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing` */
  static async open(place: Place, map: BaseMap): Promise<BaseFiles> {
    return new BaseFiles(listFiles(map.pieces), await openPacks(place, map));
  }

  find(path: string): BaseFile | undefined {
    return this.#files.get(path);
  }

  /** Some parts of a file, by their number. @throws EstateError `archive.damaged` */
  async read({ parts }: BaseFile, numbers: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
    const wanted = numbers.flatMap((number) => {
      const part = parts[number];
      return part === undefined || Buffer.isBuffer(part) ? [] : [part];
    });
    const packed = await readChunks(wanted, this.#packs);
    return new Map(
      numbers.flatMap((number): [number, Buffer][] => {
        const part = parts[number];
        if (part === undefined || Buffer.isBuffer(part)) return part ? [[number, part]] : [];
        const bytes = packed.get(part) ?? Buffer.alloc(0);
        return [[number, unpackPiece({ isPacked: true, bytes, plainBytes: part.plainBytes })]];
      }),
    );
  }

  close(): Promise<void> {
    return closeAll(this.#packs);
  }
}

/** Goes along a base's tar without reading its chunks. @throws EstateError `archive.damaged` */
function listFiles(pieces: readonly MapPiece[]): Map<string, BaseFile> {
  const files = new Map<string, BaseFile>();
  let parts: (ChunkPlace | Buffer)[] = [];
  let [content, padding] = [0, 0];
  for (const piece of pieces) {
    if (piece.kind === 'chunk') {
      if (piece.place.plainBytes > content) throw strange();
      parts.push(piece.place);
      content -= piece.place.plainBytes;
      continue;
    }
    for (let at = 0; at < piece.bytes.length; ) {
      const left = piece.bytes.length - at;
      if (content > 0) {
        const part = piece.bytes.subarray(at, at + Math.min(content, left));
        parts.push(part);
        content -= part.length;
        at += part.length;
      } else if (padding > 0) {
        const passed = Math.min(padding, left);
        padding -= passed;
        at += passed;
      } else {
        if (left < TAR_BLOCK) throw strange();
        const head = readTarHead(piece.bytes.subarray(at, at + TAR_BLOCK));
        at += TAR_BLOCK;
        if (!head) continue;
        parts = [];
        files.set(head.name, { bytes: head.bytes, parts });
        [content, padding] = [head.bytes, paddingOf(head.bytes)];
      }
    }
  }
  if (content > 0) throw strange();
  return files;
}

function strange(): EstateError {
  return new EstateError('archive.damaged', 'listing the files of a base: it is no tar');
}
