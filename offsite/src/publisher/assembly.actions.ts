import { createHash } from 'node:crypto';
import type { EditionFile, RenderedFile } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { isLookedThrough, seeForeignPage } from '#watch/rule/page-foreign-content.rules.ts';
import { PARTED_FROM } from './edition.rules.ts';
import type { EvidenceCheck } from './evidence.rules.ts';
import { checkContent, checkHeaders } from './rendered-file.rules.ts';
import type { Rendered } from './renderer.actions.ts';
import type { Shelf } from './shelf.actions.ts';

const FILE_BYTES = 67_108_864;
const EDITION_BYTES = 4_294_967_296;
const EDITION_FILES = 100_000;

export type AssemblyDeps = {
  readonly compartment: string;
  readonly publicOrigin: string;
  readonly shelf: Shelf;
  readonly evidence: EvidenceCheck;
  readonly vault: WirePeer;
  /** Told of contents that a page needs and that two operators erased, before it is refused. */
  readonly onErased?: (sha256: string, path: string) => void;
  /** Paths of scripts that are files of the code. */
  readonly scripts?: ReadonlySet<string>;
  /** Told of every page with content that runs, or sends elsewhere, before it is refused. */
  readonly watch?: { readonly ownHosts: ReadonlySet<string>; readonly raise: (seen: Seen) => void };
};

export type Assembled = { readonly files: readonly EditionFile[]; readonly subjects: readonly string[] };

type Kept = { readonly file: EditionFile; readonly subjects: readonly string[] };

/**
 * The files of an edition as they are checked and stored, kept between rounds: what was checked once and is the same now
 * need not be checked again. One file that is not approved, or not of the form of ours, and there is no edition at all [E5].
 */
export class Assembly {
  readonly #deps: AssemblyDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #subjects = new Map<string, number>();
  #bytes = 0;

  constructor(deps: AssemblyDeps) {
    this.#deps = deps;
  }

  /**
   * Takes in what a renderer wrote in one round. Its files are staged: `settle` of the shelf makes them durable.
   * @throws EstateError `edition.unapproved`, `edition.invalid`, `vault.unreachable`, `blob.erased`; then the assembly must be begun anew
   */
  async take(rendered: AsyncIterable<Rendered>): Promise<void> {
    const told = new Set<string>();
    this.#deps.evidence.begin();
    for await (const one of rendered) {
      const path = 'gone' in one ? one.gone : one.path;
      if (told.has(path)) throw new EstateError('edition.invalid', `assembling an edition: ${path} stands twice`);
      told.add(path);
      this.#remove(path);
      if ('gone' in one) continue;
      if (this.#kept.size >= EDITION_FILES)
        throw new EstateError('edition.invalid', `assembling an edition: over ${EDITION_FILES} files`);
      this.#add(await this.#check(one));
      if (this.#bytes > EDITION_BYTES)
        throw new EstateError('edition.invalid', `assembling an edition: over ${EDITION_BYTES} bytes`);
    }
  }

  /** @throws EstateError `edition.invalid` for other files than the renderer says there are */
  list(files: number): Assembled {
    if (files === 0) throw new EstateError('edition.invalid', 'assembling an edition: the renderer wrote nothing');
    if (this.#kept.size !== files)
      throw new EstateError('edition.invalid', `assembling an edition: ${this.#kept.size} files came of ${files}`);
    const listed = [...this.#kept.values()].map(({ file }) => file);
    // The lists of a large edition are put in order one by one.
    if (listed.length < PARTED_FROM) listed.sort((left, right) => (left.path < right.path ? -1 : 1));
    return { files: listed, subjects: [...this.#subjects.keys()].sort() };
  }

  async #check(file: RenderedFile): Promise<Kept> {
    checkHeaders(file);
    await this.#deps.evidence.check(file);
    const stored = await this.#storeContent(file);
    const { path, status, language, headers, evidence } = file;
    const subjects = [...new Set(evidence.flatMap(({ subject }) => subject ?? []))];
    return { file: { path, status, language, headers, ...stored }, subjects };
  }

  #add(kept: Kept): void {
    this.#kept.set(kept.file.path, kept);
    this.#bytes += kept.file.bytes;
    for (const subject of kept.subjects) this.#subjects.set(subject, (this.#subjects.get(subject) ?? 0) + 1);
  }

  #remove(path: string): void {
    const kept = this.#kept.get(path);
    if (!kept) return;
    this.#kept.delete(path);
    this.#bytes -= kept.file.bytes;
    for (const subject of kept.subjects) {
      const left = (this.#subjects.get(subject) ?? 1) - 1;
      if (left > 0) this.#subjects.set(subject, left);
      else this.#subjects.delete(subject);
    }
  }

  async #storeContent(file: RenderedFile): Promise<Pick<EditionFile, 'sha256' | 'bytes' | 'scripts'>> {
    const { shelf, publicOrigin, scripts } = this.#deps;
    const bytes =
      'blob' in file.body ? await readBlob(this.#deps, file.body.blob, file.path) : Buffer.from(file.body.base64, 'base64');
    lookForForeign(this.#deps, file, bytes);
    const runsScripts = checkContent(file, bytes, { publicOrigin, ...(scripts ? { scripts } : {}) });
    const stored = { sha256: await shelf.stageFile(bytes), bytes: bytes.length };
    return runsScripts ? { ...stored, scripts: true } : stored;
  }
}

// What is refused below is only said to be of an unknown form; whoever looks for an attack needs to know of this one.
function lookForForeign({ watch, compartment }: AssemblyDeps, { path, headers }: RenderedFile, bytes: Uint8Array): void {
  const contentType = headers['content-type'] ?? '';
  if (!watch || !isLookedThrough(contentType)) return;
  const seen = seeForeignPage({ path, contentType, text: new TextDecoder().decode(bytes) }, compartment, watch.ownHosts);
  if (seen) watch.raise({ rule: 'page.foreign_content', compartment, ...seen });
}

async function readBlob({ shelf, vault, compartment, onErased }: AssemblyDeps, sha256: string, shownAt: string): Promise<Buffer> {
  if (await shelf.hasFile(sha256)) return shelf.readFile(sha256);
  const path = `/compartments/${compartment}/blobs/${sha256}`;
  const { body } = await openWire(vault, { method: 'GET', path, timeoutMs: 120_000 }).catch((cause: unknown) => {
    if (hasCode(cause, 'blob.erased')) {
      onErased?.(sha256, shownAt);
      throw new EstateError('blob.erased', `fetching blob ${sha256} for ${shownAt}: two operators erased it`, { cause });
    }
    throw new EstateError('vault.unreachable', `fetching blob ${sha256} from the vault`, { cause });
  });
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FILE_BYTES) throw new EstateError('edition.invalid', `fetching blob ${sha256}: over ${FILE_BYTES} bytes`);
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (hash.digest('hex') === sha256) return Buffer.concat(chunks);
  throw new EstateError('blob.hash_mismatch', `fetching blob ${sha256} from the vault: its bytes have another digest`);
}
