import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, syncDirectory, writeDurably } from '@bulkhead/kernel';
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { z } from 'zod';
import { drawKey, unwrapKey, type WrappingKey, wrapKey } from './keyring.rules.ts';
import type { Register } from './register.store.ts';
import type { BlobName } from './target/target.rules.ts';

const GENERATION = 'generation';
const KEY_FILE = /^wrapping-([1-9]\d{0,8})\.age$/;
const heldSchema = z.object({
  format: z.literal('bulkhead vault key 1'),
  generation: z.number().int().positive(),
  key: z.base64().length(44),
});

export type KeyringOptions = {
  readonly directory: string;
  readonly register: Register;
  /** Those who can read the vault without this site, besides its own identity. */
  readonly recipients: readonly string[];
};

/**
 * The keys of blobs: each lies in the register, wrapped with one key, which lies beside it in an age file.
 * Destroying a blob's key replaces that one key and wraps the others anew, so that no copy of the register
 * that is left behind on the disk opens with what the vault still holds.
 */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #identity: string;
  #wrapping: WrappingKey;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: KeyringOptions, identity: string, wrapping: WrappingKey) {
    this.#options = options;
    this.#identity = identity;
    this.#wrapping = wrapping;
  }

  /** @throws EstateError `vault.keyring_broken` */
  static async open(options: KeyringOptions): Promise<Keyring> {
    const { directory, register } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const identity = await readIdentity(join(directory, 'identity.txt'));
    const generation = register.readNumber(GENERATION);
    if (generation === undefined) return Keyring.#begin(options, identity);
    const wrapping = await readWrapping(directory, generation, identity);
    const keyring = new Keyring(options, identity, wrapping);
    await keyring.#destroyOthers();
    return keyring;
  }

  static async #begin(options: KeyringOptions, identity: string): Promise<Keyring> {
    const standing = (await readdir(options.directory)).filter((name) => KEY_FILE.test(name));
    if (standing.some((name) => name !== 'wrapping-1.age'))
      throw new EstateError(
        'vault.keyring_broken',
        'opening the keyring: its register is new though keys stand; put the register back from a copy of .keyring',
      );
    const wrapping = { generation: 1, key: drawKey() };
    const keyring = new Keyring(options, identity, wrapping);
    await keyring.#keepWrapping(wrapping);
    await options.register.write(() => options.register.setNumber(GENERATION, 1));
    return keyring;
  }

  /** Only within a `write` of the register: a key wrapped before another change of the keyring would not open after it. */
  wrap(name: BlobName, key: Buffer): Buffer {
    return wrapKey(this.#wrapping, placeOf(name), key);
  }

  /** @throws EstateError `vault.keyring_broken` */
  unwrap(name: BlobName, wrapped: Uint8Array): Buffer {
    return unwrapKey(this.#wrapping, placeOf(name), wrapped);
  }

  /**
   * Draws another wrapping key and wraps with it every blob's key that is left after `change`, in one transaction.
   * When it resolves, no key that was forgotten can be opened with what is left here.
   */
  renew(change: () => void): Promise<void> {
    const renewed = this.#turn.then(() => this.#renew(change));
    this.#turn = renewed.catch(() => undefined);
    return renewed;
  }

  async #renew(change: () => void): Promise<void> {
    const { register } = this.#options;
    const old = this.#wrapping;
    const next = { generation: old.generation + 1, key: drawKey() };
    try {
      await this.#keepWrapping(next);
      await register.write(() => {
        change();
        register.rewrap((name, wrapped) => wrapKey(next, placeOf(name), unwrapKey(old, placeOf(name), wrapped)));
        register.setNumber(GENERATION, next.generation);
        this.#wrapping = next;
      });
    } catch (error) {
      this.#wrapping = old;
      throw error;
    }
    register.truncateLog();
    await this.#destroyOthers();
  }

  async #keepWrapping({ generation, key }: WrappingKey): Promise<void> {
    const encrypter = new Encrypter();
    const site = await identityToRecipient(this.#identity);
    for (const recipient of new Set([site, ...this.#options.recipients])) encrypter.addRecipient(recipient);
    const text = JSON.stringify({ format: 'bulkhead vault key 1', generation, key: key.toString('base64') });
    await writeDurably(join(this.#options.directory, `wrapping-${generation}.age`), await encrypter.encrypt(text));
  }

  async #destroyOthers(): Promise<void> {
    const { directory } = this.#options;
    const own = `wrapping-${this.#wrapping.generation}.age`;
    const others = (await readdir(directory)).filter((name) => KEY_FILE.test(name) && name !== own);
    for (const name of others) await overwriteAndRemove(join(directory, name));
    if (others.length > 0) await syncDirectory(directory);
  }
}

async function readIdentity(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(ignoreMissing);
  if (kept !== undefined) return kept.trim();
  const identity = await generateIdentity();
  await writeDurably(path, `${identity}\n`);
  return identity;
}

async function readWrapping(directory: string, generation: number, identity: string): Promise<WrappingKey> {
  const path = join(directory, `wrapping-${generation}.age`);
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const held = heldSchema.parse(JSON.parse(await decrypter.decrypt(await readFile(path), 'text')));
    if (held.generation !== generation) throw new Error(`it holds generation ${held.generation}`);
    return { generation, key: Buffer.from(held.key, 'base64') };
  } catch (cause) {
    throw new EstateError(
      'vault.keyring_broken',
      `opening the keyring: ${path} does not open; put it and identity.txt back from a copy, or give an escrow identity as identity.txt`,
      { cause },
    );
  }
}

/** Overwritten first: where the disk writes in place, nothing of it is left in a free block. */
async function overwriteAndRemove(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(size), 0, size, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rm(path);
}

function placeOf({ compartment, sha256 }: BlobName): string {
  return `${compartment}/${sha256}`;
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
