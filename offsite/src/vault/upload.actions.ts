import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { takeChunks } from '@bulkhead/blobs';
import { EstateError, refuseFullDisk } from '@bulkhead/kernel';
import type { Holdings } from './holdings.actions.ts';
import type { Keyring } from './keyring.actions.ts';
import type { Upload } from './quota.rules.ts';
import type { UploadRecord } from './register.rules.ts';
import type { Register } from './register.store.ts';
import { SealedFile } from './sealed-file.actions.ts';
import type { BlobName } from './target/target.rules.ts';

/** Unfinished uploads of one compartment at a time; each holds room of its quota. */
const UNFINISHED_LIMIT = 16;
/** An unfinished upload that nobody goes on with is thrown away after three days of off-site's own time. */
export const UPLOAD_EXPIRES_SECONDS = 259_200;

export type UploadDeps = {
  readonly holdings: Holdings;
  readonly register: Register;
  readonly keyring: Keyring;
  /** Where unfinished uploads lie; sealed like everything else. */
  readonly directory: string;
  readonly seconds: () => number;
};

export type Standing = { readonly isHere: boolean; readonly offset: number };

type Open = {
  file?: SealedFile;
  readonly room: Upload;
  /** The sender that is being listened to. */
  body?: Readable;
};

/** Large contents, brought in parts: what breaks off goes on where it stopped, also after a kill of the vault. */
export class Uploads {
  readonly #deps: UploadDeps;
  readonly #open = new Map<string, Open>();

  private constructor(deps: UploadDeps) {
    this.#deps = deps;
  }

  /** Finds what is unfinished; files that no upload is known of are removed. */
  static async open(deps: UploadDeps): Promise<Uploads> {
    const uploads = new Uploads(deps);
    await mkdir(deps.directory, { recursive: true, mode: 0o700 });
    const known = new Set<string>();
    for (const record of deps.register.listUploads()) {
      if (!deps.holdings.compartments.includes(record.compartment)) continue;
      known.add(keyOf(record));
      uploads.#open.set(keyOf(record), { room: deps.holdings.quotaOf(record.compartment).holdUpload(record.bytes, true) });
    }
    for (const name of await readdir(deps.directory)) if (!known.has(name)) await rm(join(deps.directory, name), { force: true });
    return uploads;
  }

  /**
   * Begins, or goes on with, bringing contents of a known length.
   * @throws EstateError `vault.quota_exceeded`, `request.too_many`
   */
  async begin(name: BlobName, bytes: number): Promise<Standing> {
    const { holdings, register, keyring, seconds } = this.#deps;
    holdings.requireNotErased(name);
    if ((await holdings.renewLease(name)) !== undefined) return { isHere: true, offset: bytes };
    await this.removeExpired();
    const standing = register.findUpload(name);
    if (standing && standing.bytes !== bytes) await this.discard(name);
    if (standing?.bytes === bytes) return { isHere: false, offset: await this.offsetOf(name) };
    this.#requirePlace(name);
    const room = holdings.quotaOf(name.compartment).holdUpload(bytes);
    const key = holdings.keyOf(name);
    try {
      await register.write(() => {
        register.keepUpload({ ...name, bytes, wrappedKey: keyring.wrap(name, key), touchedAt: seconds() });
      });
    } catch (error) {
      room.end();
      throw error;
    }
    this.#open.set(keyOf(name), { room });
    return { isHere: false, offset: 0 };
  }

  /** How much of an unfinished upload would survive a power failure. @throws EstateError `vault.upload_interrupted` */
  async offsetOf(name: BlobName): Promise<number> {
    this.#interrupt(name);
    return this.#deps.holdings.inTurn(name, async () => {
      const file = await this.#fileOf(name);
      return file.settle().catch(async (error: unknown) => {
        await this.#closeFile(name);
        throw refuseFullDisk(error, "adding a blob: the vault's disk has no room");
      });
    });
  }

  /**
   * Takes what comes behind `offset`. What came before a sender broke off is kept, in whole frames.
   * @throws EstateError `vault.upload_interrupted` (ask for the offset), `blob.hash_mismatch`, `blob.too_large`, `disk.full`
   */
  async append(name: BlobName, offset: number, body: Readable): Promise<Standing> {
    this.#interrupt(name);
    const taken = await this.#deps.holdings.inTurn(name, () => this.#take(name, offset, body));
    if (!taken) return { isHere: false, offset: await this.offsetOf(name) };
    await this.#deps.holdings.bring(name, taken);
    await this.#forget(name);
    return { isHere: true, offset: taken.bytes };
  }

  /** Removes what nobody went on with for too long. */
  async removeExpired(): Promise<void> {
    const { register, seconds } = this.#deps;
    const expired = register.listUploads().filter(({ touchedAt }) => seconds() - touchedAt > UPLOAD_EXPIRES_SECONDS);
    for (const record of expired) if (this.#open.get(keyOf(record))?.body === undefined) await this.discard(record);
  }

  async discard(name: BlobName): Promise<void> {
    this.#interrupt(name);
    await this.#deps.holdings.inTurn(name, () => this.drop(name));
  }

  /** Forgets an upload. Within the blob's turn. */
  async drop(name: BlobName): Promise<void> {
    await this.#open.get(keyOf(name))?.file?.close();
    await rm(this.#pathOf(name), { force: true });
    await this.#forget(name);
  }

  async close(): Promise<void> {
    for (const [, open] of this.#open) {
      open.body?.destroy();
      await open.file?.close().catch(() => undefined);
    }
  }

  async #take(name: BlobName, offset: number, body: Readable) {
    const record = this.#recordOf(name);
    const open = this.#openOf(name);
    const file = await this.#fileOf(name);
    if (file.bytes !== offset)
      throw new EstateError('vault.upload_interrupted', `going on with blob ${name.sha256}: ${file.bytes} bytes of it stand`);
    open.body = body;
    try {
      await this.#takeBody(record, file, body);
      if (file.bytes < record.bytes) return undefined;
      const sha256 = await file.finish();
      await this.#closeFile(name);
      if (sha256 === name.sha256) return { path: this.#pathOf(name), key: this.#keyOf(record), bytes: record.bytes };
      await rm(this.#pathOf(name), { force: true });
      throw new EstateError('blob.hash_mismatch', `adding blob ${name.sha256}: the bytes that came have digest ${sha256}`);
    } finally {
      delete open.body;
      await this.#touch(record);
    }
  }

  async #takeBody(record: UploadRecord, file: SealedFile, body: Readable): Promise<void> {
    let isWriting = false;
    const take = (chunk: Buffer) => {
      if (file.bytes + chunk.length > record.bytes)
        throw new EstateError(
          'blob.too_large',
          `going on with blob ${record.sha256}: longer than the ${record.bytes} bytes told`,
        );
      isWriting = true;
      const full = file.write(chunk);
      isWriting = full !== undefined;
      return full?.then(() => void (isWriting = false));
    };
    try {
      await takeChunks(body, take, 'nothing');
    } catch (error) {
      // A frame may have been written in part: what stands is read again before anything is added.
      if (isWriting || !(await isSettled(file))) await this.#closeFile(record);
      throw refuseFullDisk(error, "adding a blob: the vault's disk has no room");
    }
  }

  async #fileOf(name: BlobName): Promise<SealedFile> {
    const open = this.#openOf(name);
    if (open.file) return open.file;
    const sealing = { path: this.#pathOf(name), key: this.#keyOf(this.#recordOf(name)), sha256: name.sha256 };
    const isThere = await access(sealing.path).then(
      () => true,
      () => false,
    );
    open.file = isThere ? await SealedFile.resume(sealing) : await SealedFile.create(sealing);
    return open.file;
  }

  async #closeFile(name: BlobName): Promise<void> {
    const open = this.#openOf(name);
    await open.file?.close();
    delete open.file;
  }

  /** Whoever asks anew has lost the connection that is still open here. */
  #interrupt(name: BlobName): void {
    const { body } = this.#open.get(keyOf(name)) ?? {};
    body?.destroy(new EstateError('vault.upload_interrupted', 'receiving a blob: its sender began anew'));
  }

  async #touch(record: UploadRecord): Promise<void> {
    const { register, seconds } = this.#deps;
    if (!register.findUpload(record)) return;
    await register.write(() => register.touchUpload(record, seconds()));
  }

  async #forget(name: BlobName): Promise<void> {
    const { register } = this.#deps;
    if (!this.#open.has(keyOf(name))) return;
    this.#open.get(keyOf(name))?.room.end();
    this.#open.delete(keyOf(name));
    await register.write(() => register.forgetUpload(name));
  }

  #recordOf(name: BlobName): UploadRecord {
    const record = this.#deps.register.findUpload(name);
    if (record) return record;
    throw new EstateError('vault.upload_interrupted', `going on with blob ${name.sha256}: no such upload; begin it anew`);
  }

  #openOf(name: BlobName): Open {
    const open = this.#open.get(keyOf(name));
    if (open) return open;
    throw new EstateError('vault.upload_interrupted', `going on with blob ${name.sha256}: no such upload; begin it anew`);
  }

  #requirePlace({ compartment }: BlobName): void {
    const unfinished = [...this.#open.keys()].filter((key) => key.startsWith(`${compartment}-`)).length;
    if (unfinished < UNFINISHED_LIMIT) return;
    throw new EstateError(
      'request.too_many',
      `adding a blob of ${compartment}: ${UNFINISHED_LIMIT} uploads are unfinished; finish one, or wait until they expire`,
    );
  }

  #keyOf(record: UploadRecord): Buffer {
    return this.#deps.keyring.unwrap(record, record.wrappedKey);
  }

  #pathOf(name: BlobName): string {
    return join(this.#deps.directory, keyOf(name));
  }
}

function isSettled(file: SealedFile): Promise<boolean> {
  return file.settle().then(
    () => true,
    () => false,
  );
}

function keyOf({ compartment, sha256 }: BlobName): string {
  return `${compartment}-${sha256}`;
}
