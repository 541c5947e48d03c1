import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { EstateError } from '@bulkhead/kernel';
import { normalisePassword } from './password.rules.ts';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Each takes 19 MiB and a thread of the four that file access needs too. */
const AT_ONCE = 2;
const WAITING = 64;

const FORM = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** Hashes and checks passwords off the event loop, a few at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /** @throws EstateError `request.too_many` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await this.#derive(password, salt, PARAMETERS);
    const { memory, passes, parallelism } = PARAMETERS;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toBase64(salt)}$${toBase64(tag)}`;
  }

  /**
   * Checks a password. Without a hash (no such account) it does the same work and says no [I2].
   * @throws EstateError `request.too_many`, `password.unreadable_hash`
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    this.#decoy ??= this.hash(randomBytes(SALT_BYTES).toString('hex'));
    const known = FORM.exec(hash ?? (await this.#decoy));
    if (!known) throw new EstateError('password.unreadable_hash', 'checking a password: its hash has another form');
    const [, memory, passes, parallelism, salt = '', tag = ''] = known;
    const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    const given = await this.#derive(password, Buffer.from(salt, 'base64'), cost);
    return timingSafeEqual(given, Buffer.from(tag, 'base64')) && hash !== null;
  }

  async #derive(
    password: string,
    nonce: Buffer,
    cost: { readonly memory: number; readonly passes: number; readonly parallelism: number },
  ): Promise<Buffer> {
    await this.#enter();
    try {
      return await derive('argon2id', { message: normalisePassword(password), nonce, tagLength: TAG_BYTES, ...cost });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING) throw new EstateError('request.too_many', 'checking a password: too many are waiting');
    // Whoever leaves hands its place on.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
