import { z } from 'zod';

/** An account has so many at the most. */
export const MOST_PASSKEYS = 10;
export const LONGEST_NAME = 60;

export type Passkey = {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** Copied between the holder's devices by whoever made them. */
  readonly isSynced: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** When its counter went back. */
  readonly copiedAt: Date | null;
};

/** Whose pages ask for passkeys: the host of identity, and nobody else. */
export type RelyingParty = { readonly id: string; readonly origin: string; readonly name: string };

const base64url = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[A-Za-z0-9_-]*$/);
const common = {
  id: base64url(1400).min(1),
  rawId: base64url(1400).min(1),
  type: z.literal('public-key'),
};
/** What a browser answers to `navigator.credentials.create`, as our script sends it. */
export const registrationSchema = z.object({
  ...common,
  response: z.object({ clientDataJSON: base64url(4000), attestationObject: base64url(12_000) }),
});
/** And to `navigator.credentials.get`. */
export const assertionSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(4000),
    userHandle: base64url(200),
  }),
});
export type Registration = z.infer<typeof registrationSchema>;
export type Assertion = z.infer<typeof assertionSchema>;

/** Reads what a form's field holds; null for anything else. */
export function readCredential<Form extends z.ZodType>(text: string, schema: Form): z.infer<Form> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Whether a counter goes on from another: it grows, or stays at 0 with authenticators that do not count (WebAuthn §6.1.1). */
export function goesOn(before: number, after: number): boolean {
  return after > before || (after === 0 && before === 0);
}

/** A name for a passkey, as its holder typed it or by the browser it was made in. */
export function nameOf(typed: string, device: string): string {
  const name = typed
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
  return name || device || 'Passkey';
}
