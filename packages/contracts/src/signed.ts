import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

/** A message with an Ed25519 signature (RFC 8032) over its exact bytes, and the id of the key that made it. */
export const signedSchema = z.object({
  keyId: z.string().min(1).max(100),
  message: z.string().min(2).max(33_554_432),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type Signed = z.infer<typeof signedSchema>;

/** A private signing key. `privateKey` is PKCS #8 in base64url; it never goes into a log. */
export const signingKeySchema = z.object({ keyId: z.string().min(1).max(100), privateKey: z.string().max(200) });
export type SigningKey = z.infer<typeof signingKeySchema>;

/** A public key to verify with. `publicKey` is SPKI in base64url. */
export const verifyingKeySchema = z.object({ keyId: z.string().min(1).max(100), publicKey: z.string().max(200) });
export type VerifyingKey = z.infer<typeof verifyingKeySchema>;

/** Makes a new Ed25519 key pair; `keyId` tells its owner and number, such as `gateway-1`. */
export function generateSigningKey(keyId: string): { readonly signing: SigningKey; readonly verifying: VerifyingKey } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    signing: { keyId, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url') },
    verifying: { keyId, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') },
  };
}

/** Signs a message; the purpose is bound in, so that a signature for one purpose cannot serve another. */
export function signMessage(key: SigningKey, purpose: string, value: unknown): Signed {
  const message = JSON.stringify(value);
  const signature = sign(null, bytesToSign(purpose, message), privateKeyOf(key));
  return { keyId: key.keyId, message, signature: signature.toString('base64url') };
}

/**
 * Verifies and parses a signed message.
 * @returns the message's value, and the id of the key that signed it
 * @throws EstateError `signature.invalid` when the key is unknown, the signature is wrong or the value does not fit the schema
 */
export function openSigned<Schema extends z.ZodType>(
  given: unknown,
  options: { readonly purpose: string; readonly keys: readonly VerifyingKey[]; readonly schema: Schema },
): { readonly value: z.infer<Schema>; readonly keyId: string } {
  const envelope = signedSchema.safeParse(given);
  if (!envelope.success) throw new EstateError('signature.invalid', `reading a signed ${options.purpose}: not an envelope`);
  const { keyId, message, signature } = envelope.data;
  const key = options.keys.find((candidate) => candidate.keyId === keyId);
  if (!key) throw new EstateError('signature.invalid', `verifying a signed ${options.purpose}: its key is not enrolled`);
  const isGenuine = verify(null, bytesToSign(options.purpose, message), publicKeyOf(key), Buffer.from(signature, 'base64url'));
  if (!isGenuine)
    throw new EstateError('signature.invalid', `verifying a signed ${options.purpose}: the signature does not match`);
  const value = options.schema.safeParse(parseJson(message, options.purpose));
  if (value.success) return { value: value.data, keyId };
  throw new EstateError('signature.invalid', `reading a signed ${options.purpose}: its content has another form`, {
    cause: value.error,
  });
}

/** The public half of a signing key. */
export function verifyingKeyOf(key: SigningKey): VerifyingKey {
  const publicKey = createPublicKey(privateKeyOf(key)).export({ format: 'der', type: 'spki' });
  return { keyId: key.keyId, publicKey: publicKey.toString('base64url') };
}

/** The node:crypto key of a signing key. */
export function privateKeyOf(key: SigningKey): KeyObject {
  return createPrivateKey({ key: Buffer.from(key.privateKey, 'base64url'), format: 'der', type: 'pkcs8' });
}

/** The node:crypto key of a verifying key. */
export function publicKeyOf(key: VerifyingKey): KeyObject {
  return createPublicKey({ key: Buffer.from(key.publicKey, 'base64url'), format: 'der', type: 'spki' });
}

function bytesToSign(purpose: string, message: string): Buffer {
  return Buffer.from(`bulkhead ${purpose}\n${message}`, 'utf8');
}

function parseJson(text: string, purpose: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('signature.invalid', `reading a signed ${purpose}: its content is not JSON`, { cause });
  }
}
