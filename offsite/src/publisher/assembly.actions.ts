import { createHash } from 'node:crypto';
import type { EditionFile, RenderedFile } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { isLookedThrough, seeForeignPage } from '#watch/rule/page-foreign-content.rules.ts';
import type { EvidenceCheck } from './evidence.rules.ts';
import { checkContent, checkHeaders } from './rendered-file.rules.ts';
import type { Shelf } from './shelf.actions.ts';

const FILE_BYTES = 67_108_864;
const EDITION_BYTES = 2_147_483_648;
const EDITION_FILES = 50_000;

export type Assembly = {
  readonly compartment: string;
  readonly publicOrigin: string;
  readonly shelf: Shelf;
  readonly evidence: EvidenceCheck;
  readonly vault: WirePeer;
  /** Told of every page with content that runs, or sends elsewhere, before it is refused. */
  readonly watch?: { readonly ownHosts: ReadonlySet<string>; readonly raise: (seen: Seen) => void };
};

export type Assembled = { readonly files: EditionFile[]; readonly subjects: string[] };

/**
 * Checks every file that a renderer wrote, and stores it. One file that is not approved, or not of the form of ours,
 * and there is no edition at all [E5].
 * @throws EstateError `edition.unapproved`, `edition.invalid`, `vault.unreachable`
 */
export async function assemble(assembly: Assembly, files: AsyncIterable<RenderedFile>): Promise<Assembled> {
  const subjects = new Set<string>();
  const assembled = new Map<string, EditionFile>();
  let bytesLeft = EDITION_BYTES;
  assembly.evidence.begin();
  for await (const file of files) {
    const { path } = file;
    if (assembled.has(path)) throw new EstateError('edition.invalid', `assembling an edition: ${path} stands twice`);
    if (assembled.size >= EDITION_FILES)
      throw new EstateError('edition.invalid', `assembling an edition: over ${EDITION_FILES} files`);
    checkHeaders(file);
    await assembly.evidence.check(file);
    for (const { subject } of file.evidence) if (subject !== undefined) subjects.add(subject);
    const stored = await storeContent(assembly, file);
    bytesLeft -= stored.bytes;
    if (bytesLeft < 0) throw new EstateError('edition.invalid', `assembling an edition: over ${EDITION_BYTES} bytes`);
    assembled.set(path, { path, status: file.status, language: file.language, headers: file.headers, ...stored });
  }
  if (assembled.size === 0) throw new EstateError('edition.invalid', 'assembling an edition: the renderer wrote nothing');
  const sorted = [...assembled.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
  return { files: sorted, subjects: [...subjects].sort() };
}

async function storeContent(
  assembly: Assembly,
  file: RenderedFile,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const { shelf, publicOrigin } = assembly;
  const bytes = 'blob' in file.body ? await readBlob(assembly, file.body.blob) : Buffer.from(file.body.base64, 'base64');
  lookForForeign(assembly, file, bytes);
  checkContent(file, bytes, publicOrigin);
  return { sha256: await shelf.putFile(bytes), bytes: bytes.length };
}

// What is refused below is only said to be of an unknown form; whoever looks for an attack needs to know of this one.
function lookForForeign({ watch, compartment }: Assembly, { path, headers }: RenderedFile, bytes: Uint8Array): void {
  const contentType = headers['content-type'] ?? '';
  if (!watch || !isLookedThrough(contentType)) return;
  const seen = seeForeignPage({ path, contentType, text: new TextDecoder().decode(bytes) }, compartment, watch.ownHosts);
  if (seen) watch.raise({ rule: 'page.foreign_content', compartment, ...seen });
}

async function readBlob({ shelf, vault, compartment }: Assembly, sha256: string): Promise<Buffer> {
  if (await shelf.hasFile(sha256)) return shelf.readFile(sha256);
  const path = `/compartments/${compartment}/blobs/${sha256}`;
  const { body } = await openWire(vault, { method: 'GET', path, timeoutMs: 120_000 }).catch((cause: unknown) => {
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
