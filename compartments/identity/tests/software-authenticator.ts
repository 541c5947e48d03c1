import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { z } from 'zod';

const optionsSchema = z.object({
  challenge: z.string(),
  rpId: z.string().optional(),
  rp: z.object({ id: z.string() }).optional(),
  user: z.object({ id: z.string() }).optional(),
  userVerification: z.string().optional(),
  authenticatorSelection: z.object({ userVerification: z.string(), residentKey: z.string() }).optional(),
});

/** How an answer differs from that of an honest browser and authenticator. */
export type Lie = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  /** User present 1, user verified 4. */
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string;
};

/** An authenticator with one ES256 key (WebAuthn Level 3, §6), for tests: it does what it is told, also to lie. */
export class SoftwareAuthenticator {
  readonly id = randomBytes(32).toString('base64url');
  counter = 0;
  readonly #origin: string;
  readonly #private: KeyObject;
  readonly #cose: Buffer;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#private = privateKey;
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    const point = (label: number, text: string) =>
      Buffer.concat([Buffer.from([label, 0x58, 32]), Buffer.from(text, 'base64url')]);
    this.#cose = Buffer.concat([Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]), point(0x21, x), point(0x22, y)]);
  }

  /** Answers `navigator.credentials.create` as our script sends it. */
  make(optionsText: string, lie: Lie = {}): string {
    const options = optionsSchema.parse(JSON.parse(optionsText));
    this.#userHandle = options.user?.id ?? '';
    const id = Buffer.from(this.id, 'base64url');
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, this.#cose]);
    const authData = this.#authenticatorData(lie.rpId ?? options.rp?.id ?? '', (lie.flags ?? 5) | 0x40, lie.counter, attested);
    // {fmt: "none", attStmt: {}, authData}
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3, 0x63]),
      Buffer.from('fmt'),
      Buffer.from([0x64]),
      Buffer.from('none'),
      Buffer.from([0x67]),
      Buffer.from('attStmt'),
      Buffer.from([0xa0, 0x68]),
      Buffer.from('authData'),
      Buffer.from([0x59, authData.length >> 8, authData.length & 255]),
      authData,
    ]);
    const clientDataJSON = this.#clientData('webauthn.create', options.challenge, lie);
    return this.#tell({ clientDataJSON, attestationObject });
  }

  /** Answers `navigator.credentials.get` as our script sends it. */
  sign(optionsText: string, lie: Lie = {}): string {
    const options = optionsSchema.parse(JSON.parse(optionsText));
    this.counter += 1;
    const authenticatorData = this.#authenticatorData(lie.rpId ?? options.rpId ?? '', lie.flags ?? 5, lie.counter);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, lie);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
    const userHandle = Buffer.from(lie.userHandle ?? this.#userHandle, 'base64url');
    return this.#tell({ clientDataJSON, authenticatorData, signature: sign('sha256', signed, this.#private), userHandle });
  }

  #authenticatorData(rpId: string, flags: number, counter = this.counter, attested = Buffer.alloc(0)): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count, attested]);
  }

  #clientData(type: string, challenge: string, lie: Lie): Buffer {
    const told = { type: lie.type ?? type, challenge: lie.challenge ?? challenge, origin: lie.origin ?? this.#origin };
    return Buffer.from(JSON.stringify({ ...told, crossOrigin: false }));
  }

  #tell(response: Readonly<Record<string, Buffer>>): string {
    const parts = Object.entries(response).map(([name, bytes]) => [name, bytes.toString('base64url')]);
    return JSON.stringify({ id: this.id, rawId: this.id, type: 'public-key', response: Object.fromEntries(parts) });
  }
}

/** What a page asks the browser for: the options of its form for passkeys. */
export function passkeyOptionsOf(page: string): string {
  const written = /data-options="([^"]*)"/.exec(page)?.[1] ?? '';
  return written
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}
