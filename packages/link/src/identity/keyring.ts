import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Pin, pinSchema } from '@bulkhead/contracts';
import { EstateError, isSameSecret, type Now, syncDirectory } from '@bulkhead/kernel';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';
import { endOf, type Identity, identitySchema, makeIdentity, pinOf } from './identity.ts';

/** One key, or two while the other site changes it: the one it has shown so far, then the one it announced. */
const peerSchema = z.object({ pins: z.array(pinSchema).min(1).max(2) });

/** The files of a site's link directory. */
export function filesOfLink(directory: string) {
  return {
    identity: join(directory, 'identity.json'),
    next: join(directory, 'next.json'),
    peer: join(directory, 'peer.json'),
    /** The secret for the link process's own control socket. */
    control: join(directory, 'control.json'),
    /** Off-site: what headquarters asks for when it starts. */
    description: join(directory, 'description.json'),
  } as const;
}

/** The form of control.json. */
export const controlSchema = z.object({ secret: z.string().min(32) });

/** A site's own key and the keys by which it knows the other, as they lie in its link directory. */
export class Keyring {
  readonly #files: ReturnType<typeof filesOfLink>;
  #identity: Identity;
  #pins: readonly Pin[];

  private constructor(directory: string, identity: Identity, pins: readonly Pin[]) {
    this.#files = filesOfLink(directory);
    this.#identity = identity;
    this.#pins = pins;
  }

  /** @throws EstateError `site.wrong_state` where no key was made, `config.invalid` */
  static async open(directory: string): Promise<Keyring> {
    const files = filesOfLink(directory);
    const identity = await readJson(files.identity, identitySchema);
    if (!identity)
      throw new EstateError('site.wrong_state', `opening ${directory}: there is no key; make one with "bulkhead site init"`);
    return new Keyring(directory, identity, (await readJson(files.peer, peerSchema))?.pins ?? []);
  }

  get identity(): Identity {
    return this.#identity;
  }

  get pin(): Pin {
    return pinOf(this.#identity);
  }

  /** When the certificate of this site's key ends. */
  get endsAt(): string {
    return endOf(this.#identity);
  }

  /** By which keys the other site is known; none before the sites are joined. */
  get peerPins(): readonly Pin[] {
    return this.#pins;
  }

  readonly isTrusted = (pin: Pin): boolean => this.#pins.some((known) => isSameSecret(pin, known));

  /** Joins: from now on this key is the other site, and no other is. */
  async pinPeer(pin: Pin): Promise<void> {
    await this.#savePins([pin]);
  }

  /** The other site is no longer known by any key: whoever shows one of those that it had is a stranger [LK12]. */
  async forgetPeer(): Promise<void> {
    await rm(this.#files.peer, { force: true });
    await syncDirectory(dirname(this.#files.peer));
    this.#pins = [];
  }

  /** Tells that the other site has shown a key. The older one loses its rights as soon as the announced one was seen [LK7]. */
  async shown(pin: Pin): Promise<boolean> {
    if (this.#pins.length < 2 || pin !== this.#pins[1]) return false;
    await this.#savePins([pin]);
    return true;
  }

  /** Takes the key that the other site announced on a connection made with a key that is still trusted. */
  async takeAnnounced(pin: Pin, shownPin: Pin): Promise<void> {
    if (!this.isTrusted(shownPin)) throw new EstateError('link.untrusted', 'taking a new key: the old one lost its rights');
    await this.#savePins(pin === shownPin ? [pin] : [shownPin, pin]);
  }

  /** Draws the next key, or finds the one that an interrupted change drew. */
  async drawNext(name: string, now: Now): Promise<Identity> {
    const drawn = await readJson(this.#files.next, identitySchema);
    if (drawn) return drawn;
    const next = await makeIdentity(name, now());
    await writeJsonDurably(this.#files.next, next);
    return next;
  }

  /** The other site has taken the next key: it is the key from now on. */
  async changeTo(next: Identity): Promise<void> {
    await writeJsonDurably(this.#files.identity, next);
    await rm(this.#files.next, { force: true });
    this.#identity = next;
  }

  async #savePins(pins: readonly Pin[]): Promise<void> {
    await writeJsonDurably(this.#files.peer, { pins });
    this.#pins = pins;
  }
}
