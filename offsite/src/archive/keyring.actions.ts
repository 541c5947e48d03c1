import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { EstateError, isSameSecret, type Now } from '@bulkhead/kernel';
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { DISK, type Disk } from './disk.actions.ts';
import type { DataKey } from './envelope.rules.ts';
import { writeDurably } from './files.actions.ts';
import {
  describeKeys,
  heldKeySchema,
  type KeyRecord,
  type KeyState,
  keyRecordSchema,
  NEW_KEY_RECORD,
  proveKey,
  worriesAbout,
} from './keyring.rules.ts';

const PROOFS_KEPT = 1000;
const KEY_FILE = /^([1-9]\d{0,8})\.age$/;

export type KeyringOptions = {
  readonly compartment: string;
  /** The compartment's directory in the archive. */
  readonly directory: string;
  /** age identities, one a line, that open the keys; the first is the site's own. */
  readonly identity: string;
  /** Those who can restore without the site. */
  readonly recipients: readonly string[];
  readonly now: Now;
  readonly disk?: Disk;
  /** A copy is read with it: nothing is made or written. */
  readonly isReadOnly?: boolean;
};

/** A compartment's data keys, each in an age file of its own beside what it encrypts. */
export class Keyring {
  readonly compartment: string;
  readonly #options: KeyringOptions;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #site: string;
  readonly #held = new Map<number, DataKey>();
  #record: KeyRecord = NEW_KEY_RECORD;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: KeyringOptions, site: string) {
    this.compartment = options.compartment;
    this.#options = options;
    this.#disk = options.disk ?? DISK;
    this.#directory = join(options.directory, 'keys');
    this.#site = site;
  }

  /**
   * Opens what the identity opens; makes the first key of a new archive.
   * @throws EstateError `archive.key_missing` where keys stand and the newest does not open, `config.invalid`
   */
  static async open(options: KeyringOptions): Promise<Keyring> {
    const site = await recipientOf(options.identity);
    const keyring = new Keyring(options, site);
    await keyring.#load();
    return keyring;
  }

  /** What new artefacts are encrypted with. @throws EstateError `archive.key_missing` */
  get current(): DataKey {
    const newest = this.#held.get(Math.max(0, ...this.#held.keys()));
    if (newest) return newest;
    throw new EstateError('archive.key_missing', `encrypting for ${this.compartment}: no key of it opens here`);
  }

  /** @throws EstateError `archive.key_missing` */
  readonly get = (number: number): DataKey => {
    const key = this.#held.get(number);
    if (key) return key;
    throw new EstateError(
      'archive.key_missing',
      `decrypting for ${this.compartment}: key ${number} does not open with this site's identity; an escrow identity opens keys/${number}.age`,
    );
  };

  list(): KeyState[] {
    return describeKeys(this.#record, this.#held, this.#site);
  }

  worries(): string[] {
    return worriesAbout(this.list(), this.#options.recipients, this.#options.now());
  }

  /** Begins a new key, for what is written from now on, and wraps all of them to today's recipients. */
  rotate(): Promise<DataKey> {
    return this.#inTurn(async () => {
      const key = await this.#make();
      for (const older of this.#held.values()) if (older.number !== key.number) await this.#wrap(older);
      return key;
    });
  }

  /** The wrapped keys, for whoever wants to show that he opens them. */
  async listWrapped(): Promise<{ readonly number: number; readonly age: Buffer }[]> {
    const wrapped = [];
    for (const number of await this.#numbersOnDisk()) {
      const age = await this.#disk.read(this.#path(number));
      if (age) wrapped.push({ number, age });
    }
    return wrapped;
  }

  /** What a proof is made over: it changes whenever a key is wrapped anew, so that an old proof tells nothing of it. */
  async challenge(): Promise<string> {
    const hash = createHash('sha256').update(this.compartment);
    for (const { number, age } of await this.listWrapped()) hash.update(`\n${number}\n`).update(age);
    return hash.digest('hex');
  }

  /**
   * Keeps who showed that he opens a key.
   * @throws EstateError `signature.invalid` where the key was not opened
   */
  prove(recipient: string, proofs: readonly { readonly number: number; readonly mac: string }[]): Promise<void> {
    return this.#inTurn(async () => {
      const challenge = await this.challenge();
      for (const { number, mac } of proofs) {
        if (!isSameSecret(proveKey(this.get(number).key, number, challenge), mac))
          throw new EstateError('signature.invalid', `proving key ${number} of ${this.compartment}: it was not opened`);
      }
      const provedAt = this.#options.now().toISOString();
      const added = proofs.map(({ number }) => ({ recipient, number, provedAt }));
      await this.#save({ ...this.#record, proofs: [...this.#record.proofs, ...added].slice(-PROOFS_KEPT) });
    });
  }

  async #load(): Promise<void> {
    const { isReadOnly = false } = this.#options;
    const record = await this.#disk.read(join(this.#directory, 'keys.json'));
    // Only a remembrance: what is lost with it is told as unknown, and no key.
    if (record) this.#record = parseRecord(record) ?? NEW_KEY_RECORD;
    const numbers = await this.#numbersOnDisk();
    for (const number of numbers) await this.#openOne(number);
    const newest = Math.max(0, ...numbers, ...this.#record.keys.map(({ number }) => number));
    if (newest > 0 && !this.#held.has(newest)) {
      throw new EstateError(
        'archive.key_missing',
        `opening the keys of ${this.compartment}: key ${newest} does not open with this identity; bring back the site's identity, or give an escrow identity`,
      );
    }
    if (isReadOnly) return;
    await this.#disk.makeDirectory(this.#directory);
    await this.#disk.syncDirectory(this.#options.directory);
    if (newest === 0) await this.#make();
    else for (const key of this.#held.values()) await this.#remember(key.number, undefined);
  }

  async #openOne(number: number): Promise<void> {
    const decrypter = new Decrypter();
    for (const identity of identitiesIn(this.#options.identity)) decrypter.addIdentity(identity);
    const age = await this.#disk.read(this.#path(number));
    const text = age && (await decrypter.decrypt(age, 'text').catch(() => undefined));
    if (text === undefined) return;
    const held = parseHeld(text);
    if (!held || held.number !== number || held.compartment !== this.compartment)
      throw new EstateError('archive.damaged', `opening key ${number} of ${this.compartment}: the file holds another key`);
    this.#held.set(number, { number, key: Buffer.from(held.key, 'base64') });
  }

  // The wrapped key is durable before anything is encrypted with it [A10].
  async #make(): Promise<DataKey> {
    const known = [...(await this.#numbersOnDisk()), ...this.#record.keys.map(({ number }) => number)];
    const key = { number: Math.max(0, ...known) + 1, key: randomBytes(32) };
    await this.#wrap(key);
    this.#held.set(key.number, key);
    return key;
  }

  async #wrap({ number, key }: DataKey): Promise<void> {
    const encrypter = new Encrypter();
    const recipients = [...new Set([this.#site, ...this.#options.recipients])];
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    const wrappedAt = this.#options.now().toISOString();
    const createdAt = this.#record.keys.find((one) => one.number === number)?.createdAt ?? wrappedAt;
    const content = { format: 'bulkhead archive key 1', compartment: this.compartment, number, createdAt } as const;
    const age = await encrypter.encrypt(JSON.stringify({ ...content, key: key.toString('base64') }));
    await writeDurably(this.#path(number), age, this.#disk);
    await this.#remember(number, { number, createdAt, wrappedAt, recipients });
  }

  async #remember(number: number, made: KeyRecord['keys'][number] | undefined): Promise<void> {
    const known = this.#record.keys.find((one) => one.number === number);
    if (known && !made) return;
    const unknown = this.#options.now().toISOString();
    const entry = made ?? { number, createdAt: unknown, wrappedAt: unknown, recipients: [] };
    const keys = [...this.#record.keys.filter((one) => one.number !== number), entry];
    await this.#save({
      keys: keys.toSorted((left, right) => left.number - right.number),
      // Wrapped anew, it is another file: whether it opens is to be shown again.
      proofs: made ? this.#record.proofs.filter((proof) => proof.number !== number) : this.#record.proofs,
    });
  }

  async #save(record: KeyRecord): Promise<void> {
    await writeDurably(join(this.#directory, 'keys.json'), `${JSON.stringify(record, null, 2)}\n`, this.#disk);
    this.#record = record;
  }

  async #numbersOnDisk(): Promise<number[]> {
    const names = await this.#disk.list(this.#directory);
    const numbers = names.flatMap((name) => KEY_FILE.exec(name)?.[1] ?? []).map(Number);
    return numbers.toSorted((left, right) => left - right);
  }

  #path(number: number): string {
    return join(this.#directory, `${number}.age`);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** The lines of an identity file that are identities; it may carry remarks. */
export function identitiesIn(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** Who it is that an identity file opens for. @throws EstateError `config.invalid` */
export async function recipientOf(identity: string): Promise<string> {
  const [first = ''] = identitiesIn(identity);
  try {
    return await identityToRecipient(first);
  } catch (cause) {
    throw new EstateError('config.invalid', 'reading an age identity: it must be a line such as AGE-SECRET-KEY-1…', { cause });
  }
}

function parseRecord(bytes: Buffer): KeyRecord | undefined {
  try {
    return keyRecordSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function parseHeld(text: string): { readonly number: number; readonly compartment: string; readonly key: string } | undefined {
  try {
    return heldKeySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
