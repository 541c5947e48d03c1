import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { Page } from '@bulkhead/visitor';
import { z } from 'zod';
import type { Moved } from './converter.ts';

/** What the newsroom takes of one picture at most. */
const PICTURE_BYTES = 5 * 1024 * 1024;
const keptSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const refusedSchema = z.object({ code: z.string(), faults: z.record(z.string(), z.string()).default({}) });

/** A picture that was not brought, and in which text it stands. */
export type MissingPicture = { readonly where: string; readonly src: string; readonly why: string };
type Brought = { readonly sha256: string } | { readonly why: string };
export type Offer = (path: string, form: FormData) => Promise<Page>;

/**
 * Brings the pictures of texts into the newsroom, as uploads: its darkroom looks at what they are. Here their bytes are
 * passed on and never read. A file is taken from the directory of pictures, or from nowhere.
 */
export class PictureBearer {
  readonly missing: MissingPicture[] = [];
  /** In the text, but nobody said what they show: such an article cannot be submitted yet. */
  readonly undescribed: { readonly where: string; readonly src: string }[] = [];
  brought = 0;
  readonly #root: string | null;
  readonly #offer: Offer | null;
  readonly #known = new Map<string, Brought>();

  /** @param options.offer without it nothing is brought, and all else is told */
  constructor(options: { readonly root: string | null; readonly offer: Offer | null }) {
    this.#root = options.root;
    this.#offer = options.offer;
  }

  /** The fields of a draft with its pictures in the texts; those that could not be brought are taken out of them. */
  async place({ where, fields, pictures }: Pick<Moved, 'where' | 'fields' | 'pictures'>): Promise<Record<string, string>> {
    const placed = new Map<string, Brought>();
    for (const { src, alt, file, name } of pictures) {
      if (file === null || name === null) {
        this.missing.push({ where, src, why: 'its file was not given' });
        continue;
      }
      const brought = await this.#bring(file);
      placed.set(name, brought);
      if ('why' in brought) this.missing.push({ where, src, why: brought.why });
      else if (alt === '') this.undescribed.push({ where, src });
    }
    if (placed.size === 0) return { ...fields };
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, field.startsWith('tree-') ? replaceIn(value, placed) : value]),
    );
  }

  /** Gives a draft the picture that stands for all of it. */
  async lead({ where, lead }: Pick<Moved, 'where' | 'lead'>, id: number): Promise<void> {
    if (!lead) return;
    const { src, file, credit, alts, focus } = lead;
    const tell = (why: string) => void this.missing.push({ where, src, why });
    if (file === null) return tell('its file was not given');
    if (!alts['en']) return tell('it stands for the whole text, and nobody said in English what it shows');
    if (credit === '') return tell('it stands for the whole text, and nobody said whose it is: name them with --credit');
    if (!this.#offer) return;
    const bytes = await this.#read(file);
    if ('why' in bytes) return tell(bytes.why);
    const form = formOf(file, bytes.bytes);
    const fields = { credit, revision: '1', 'focus-x': String(focus?.x ?? ''), 'focus-y': String(focus?.y ?? '') };
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    for (const [language, alt] of Object.entries(alts)) form.set(`alt-${language}`, alt);
    const page = await this.#offer(`/articles/${id}/versions/1/picture`, form);
    if (page.status < 300) this.brought += 1;
    else tell(whyOf(page));
  }

  async #bring(file: string): Promise<Brought> {
    const known = this.#known.get(file);
    if (known) return known;
    const brought = await this.#upload(file);
    this.#known.set(file, brought);
    if ('sha256' in brought && this.#offer) this.brought += 1;
    return brought;
  }

  async #upload(file: string): Promise<Brought> {
    const bytes = await this.#read(file);
    if ('why' in bytes) return bytes;
    if (!this.#offer) return { sha256: '0'.repeat(64) };
    const page = await this.#offer('/pictures', formOf(file, bytes.bytes));
    return page.status === 201 ? keptSchema.parse(JSON.parse(page.text)) : { why: whyOf(page) };
  }

  async #read(file: string): Promise<{ readonly bytes: Buffer } | { readonly why: string }> {
    if (this.#root === null) return { why: 'its file was not given' };
    const path = join(this.#root, file);
    const entry = await lstat(path).catch(() => undefined);
    // The converter named it, and read hostile files: nothing outside the directory is ever passed on.
    const real = entry?.isFile() ? await realpath(path) : undefined;
    if (!entry || !real?.startsWith(`${await realpath(this.#root)}${sep}`)) return { why: 'its file is not there any more' };
    if (entry.size > PICTURE_BYTES) return { why: `its file is longer than ${PICTURE_BYTES} bytes: make it smaller` };
    return { bytes: await readFile(path) };
  }
}

function replaceIn(tree: string, placed: ReadonlyMap<string, Brought>): string {
  const blocks = z.array(z.looseObject({ kind: z.string() })).parse(JSON.parse(tree));
  const kept = blocks.flatMap((block) => {
    const brought = block.kind === 'figure' ? placed.get(String(block['picture'])) : undefined;
    if (!brought) return [block];
    return 'why' in brought ? [] : [{ ...block, picture: brought.sha256 }];
  });
  return JSON.stringify(kept);
}

function formOf(file: string, bytes: Buffer): FormData {
  const form = new FormData();
  form.set('picture', new File([new Uint8Array(bytes)], basename(file)));
  return form;
}

/** Why the newsroom refuses a picture. @throws EstateError `wire.refused` if it is not for the picture's sake */
function whyOf(page: Page): string {
  const told = page.text.startsWith('{') ? refusedSchema.safeParse(JSON.parse(page.text)).data : undefined;
  if (!told || page.status === 401 || page.status === 403)
    throw new EstateError('wire.refused', `bringing a picture: status ${page.status}: ${page.text.slice(0, 300)}`);
  const faults = Object.entries(told.faults).map(([field, why]) => `${field}: ${why}`);
  return faults.length > 0 ? faults.join('; ') : `the newsroom refuses it (${told.code})`;
}
