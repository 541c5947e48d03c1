import { sha256Hex } from '@bulkhead/kernel';
import { bareHost, readUrl } from './source.rules.ts';

/** A picture of the old site in a text, or beside it. */
export type MovedPicture = {
  readonly src: string;
  readonly alt: string;
  /** Where its bytes are, under the directory of pictures; null: it is to be added by hand. */
  readonly file: string | null;
  /** Stands in the tree for the digest that the picture has once the newsroom has it. */
  readonly name: string | null;
};
/** The picture of a whole text. */
export type MovedLead = {
  readonly src: string;
  readonly file: string | null;
  readonly credit: string;
  readonly alts: Readonly<Record<string, string>>;
  readonly focus: { readonly x: number; readonly y: number } | null;
};

/** Kinds of files that the darkroom takes; what is truly in them it finds out itself. */
export const PICTURE_FILE = /\.(?:png|jpe?g|webp)$/i;
const UPLOADS = [
  /^wp-content\/uploads\//,
  /^sites\/[\w.-]{1,60}\/files\/styles\/[\w.-]{1,60}\/[\w.-]{1,60}\//,
  /^sites\/[\w.-]{1,60}\/files\//,
];
// `ship-300x200.jpg`, `ship-scaled.jpg`: WordPress made them of `ship.jpg`.
const SIZED = /-(?:\d{1,5}x\d{1,5}|scaled)(?=\.[a-z]{3,4}$)/i;

/** The files of pictures that were given with an export: a picture is looked for here and nowhere else. */
export class PictureShelf {
  readonly #names: ReadonlySet<string>;
  readonly #origin: string;

  constructor(names: Iterable<string>, origin: string) {
    this.#names = new Set(names);
    this.#origin = origin;
  }

  /** The file of a picture by its address on the old site, the largest that there is; null if it was not given. */
  find(src: string, base: string): string | null {
    const url = readUrl(src, `${this.#origin}${base}`);
    if (!url || !/^https?:$/.test(url.protocol) || bareHost(url) !== bareHost(new URL(this.#origin))) return null;
    const path = decode(url.pathname).slice(1);
    const places = [path, ...UPLOADS.filter((each) => each.test(path)).map((each) => path.replace(each, ''))];
    const wanted = places.flatMap((place) => [place.replace(SIZED, ''), place]);
    return wanted.find((name) => PICTURE_FILE.test(name) && this.#names.has(name)) ?? null;
  }
}

/** The same for one file, whatever text shows it; no picture has this digest. */
export function nameFor(file: string): string {
  return sha256Hex(`picture of another site: ${file}`);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
