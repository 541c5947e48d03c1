import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type EditionManifest,
  editionManifestSchema,
  fillManifest,
  openSigned,
  PURPOSES,
  type Signed,
  signedSchema,
  type VerifyingKey,
  verifyingKeySchema,
} from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, sha256Hex, syncDirectory } from '@bulkhead/kernel';
import { requireEmpty } from '#empty-directory.ts';
import { writeNginxConfiguration } from './nginx.rules.ts';

const MANIFEST = 'manifest.json';
const KEY = 'public-key.json';
const NGINX = 'nginx.conf';
const FILES = 'files';
const AT_ONCE = 6;
/** Faults that are named; the rest is counted. */
const FAULTS_NAMED = 20;
const MANIFEST_BYTES = 67_108_864;
const FILE_BYTES = 67_108_864;

/** An edition as the publisher hands it out. */
export type Offered = {
  readonly signed: Signed;
  readonly keys: readonly VerifyingKey[];
  /** The bytes of a file of it, or of a list of files, by digest; not yet verified. */
  readonly read: (sha256: string) => Promise<Uint8Array>;
};

/**
 * Writes an edition into an empty directory: its files by their digests, the signed manifest, the public key, and a
 * configuration for nginx. All of it, durably, or nothing: it is put together beside, and takes the directory's place.
 *
 * @param at where the directory will stand on the machine that serves it
 * @throws EstateError `input.invalid` for a directory that holds something, `signature.invalid`, `edition.invalid`
 */
export async function exportEdition(offered: Offered, directory: string, at: string): Promise<EditionManifest> {
  const { signed, keys } = offered;
  const target = resolve(directory);
  await requireEmpty(target);
  const { value, keyId } = openSigned(signed, { purpose: PURPOSES.edition, keys, schema: editionManifestSchema });
  const manifest = await fillManifest(value, ({ sha256 }) => offered.read(sha256));
  const draft = `${target}.part-${process.pid}`;
  await mkdir(join(draft, FILES), { recursive: true });
  try {
    await forEachAtOnce(digestsOf(manifest).keys(), AT_ONCE, async (sha256) => {
      const bytes = await offered.read(sha256);
      if (sha256Hex(bytes) !== sha256)
        throw new EstateError('edition.invalid', `exporting file ${sha256}: other bytes came; nothing was exported`);
      await writeDurably(join(draft, FILES, sha256), bytes);
    });
    const key = keys.find((candidate) => candidate.keyId === keyId);
    await writeDurably(join(draft, KEY), `${JSON.stringify(key)}\n`);
    await writeDurably(join(draft, NGINX), writeNginxConfiguration(manifest, at));
    await writeDurably(join(draft, MANIFEST), JSON.stringify(signed));
    for (const path of [join(draft, FILES), draft]) await syncDirectory(path);
    await rename(draft, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

export type Examined = {
  readonly manifest: EditionManifest;
  readonly key: VerifyingKey;
  /** The first of them, for people. */
  readonly faults: readonly string[];
  readonly faultCount: number;
};

/**
 * Holds an exported edition against its signature: every file as the manifest names it, none missing, none more.
 * Needs nothing but the directory, and a key: the one given, else the one inside, which proves only that all fits together.
 *
 * @throws EstateError `signature.invalid`, `edition.invalid` when there is no manifest to hold anything against
 */
export async function examineEdition(
  directory: string,
  given: { readonly key?: VerifyingKey | undefined; readonly number?: number | undefined; readonly at: string },
): Promise<Examined> {
  const key = given.key ?? verifyingKeySchema.parse(await readJson(join(directory, KEY), 16_384));
  const signed = signedSchema.parse(await readJson(join(directory, MANIFEST), MANIFEST_BYTES));
  const { value } = openSigned(signed, { purpose: PURPOSES.edition, keys: [key], schema: editionManifestSchema });
  const manifest = await fillManifest(value, ({ sha256 }) => readBounded(join(directory, FILES, sha256), FILE_BYTES));
  const faults: string[] = [];
  if (given.number !== undefined && manifest.number !== given.number)
    faults.push(`it is edition ${manifest.number}, not ${given.number}`);
  faults.push(...(await findFileFaults(directory, manifest)), ...(await findStrangers(directory, manifest)));
  const nginx = await readFile(join(directory, NGINX), 'utf8').catch(() => undefined);
  if (nginx === undefined) faults.push(`${NGINX} is missing`);
  else if (nginx !== writeNginxConfiguration(manifest, given.at))
    faults.push(`${NGINX} is not what the manifest says for an edition at ${given.at}`);
  return { manifest, key, faults: faults.slice(0, FAULTS_NAMED), faultCount: faults.length };
}

/** Reads a public key from a file. */
export async function loadVerifyingKey(file: string): Promise<VerifyingKey> {
  const parsed = verifyingKeySchema.safeParse(await readJson(file, 16_384));
  if (parsed.success) return parsed.data;
  throw new EstateError(
    'input.invalid',
    `reading the public key in ${file}: it is none; it looks like {"keyId":"…","publicKey":"…"}`,
  );
}

async function findFileFaults(directory: string, manifest: EditionManifest): Promise<string[]> {
  const faults: string[] = [];
  await forEachAtOnce(digestsOf(manifest), AT_ONCE, async ([sha256, { bytes, what }]) => {
    const path = join(directory, FILES, sha256);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) faults.push(`${what} is missing (files/${sha256})`);
    else if (found.size !== bytes || sha256Hex(await readFile(path)) !== sha256)
      faults.push(`${what} has other bytes than were signed (files/${sha256})`);
  });
  return faults.sort();
}

async function findStrangers(directory: string, manifest: EditionManifest): Promise<string[]> {
  const named = digestsOf(manifest);
  const top = (await readdir(directory)).filter((name) => ![MANIFEST, KEY, NGINX, FILES].includes(name));
  const inside = (await readdir(join(directory, FILES))).filter((name) => !named.has(name));
  return [...top, ...inside.map((name) => `${FILES}/${name}`)].map((name) => `${name} does not belong to the edition`);
}

function digestsOf(manifest: EditionManifest): Map<string, { readonly bytes: number; readonly what: string }> {
  const digests = new Map<string, { readonly bytes: number; readonly what: string }>();
  for (const { sha256, bytes } of manifest.parts ?? []) digests.set(sha256, { bytes, what: 'a list of files' });
  for (const { sha256, bytes, path } of manifest.files) digests.set(sha256, { bytes, what: path });
  return digests;
}

async function readJson(file: string, limit: number): Promise<unknown> {
  const bytes = await readBounded(file, limit);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new EstateError('edition.invalid', `reading ${file}: it is no JSON`, { cause });
  }
}

async function readBounded(file: string, limit: number): Promise<Buffer> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new EstateError('edition.invalid', `reading ${file}: there is no such file`);
  if (found.size > limit) throw new EstateError('edition.invalid', `reading ${file}: it is larger than ${limit} bytes`);
  return readFile(file);
}

async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
