import { createHash } from 'node:crypto';
import { type Address, addressSchema, type Pin } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** What a one-time code carries: where off-site listens, by which key it is known, and a secret good for one use. */
export type OneTimeCode = { readonly address: Address; readonly pin: Pin; readonly secret: string };

const PREFIX = 'BH1-';
const PIN_BYTES = 32;
export const SECRET_BYTES = 16;
const CHECK_BYTES = 4;
const LONGEST = 600;

/** The code as a person copies it: `BH1-` and base64url of pin, secret, address and four bytes that tell a slip. */
export function writeCode({ address, pin, secret }: OneTimeCode): string {
  const body = Buffer.concat([
    Buffer.from(pin, 'hex'),
    Buffer.from(secret, 'base64url'),
    Buffer.from(`${address.port}:${address.host}`, 'utf8'),
  ]);
  return PREFIX + Buffer.concat([body, checkOf(body)]).toString('base64url');
}

/** @throws EstateError `input.invalid`, telling what is wrong with it */
export function readCode(text: string): OneTimeCode {
  const given = text.replaceAll(/\s/g, '');
  if (!given.startsWith(PREFIX) || given.length > LONGEST)
    throw new EstateError(
      'input.invalid',
      `reading the code: it begins with ${PREFIX}, as "bulkhead site invite" printed it off-site`,
    );
  const bytes = Buffer.from(given.slice(PREFIX.length), 'base64url');
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECK_BYTES));
  if (bytes.length < PIN_BYTES + SECRET_BYTES + CHECK_BYTES || !checkOf(body).equals(bytes.subarray(body.length)))
    throw new EstateError('input.invalid', 'reading the code: a part is missing or mistyped; copy it again, whole');
  const [, port = '', host = ''] = /^(\d+):(.+)$/.exec(body.toString('utf8', PIN_BYTES + SECRET_BYTES)) ?? [];
  return {
    pin: body.toString('hex', 0, PIN_BYTES),
    secret: body.toString('base64url', PIN_BYTES, PIN_BYTES + SECRET_BYTES),
    address: parseAddress(`${host.includes(':') ? `[${host}]` : host}:${port}`, 'the code'),
  };
}

/** Against slips of copying alone: nobody is kept from writing another code. */
function checkOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(PREFIX).update(body).digest().subarray(0, CHECK_BYTES);
}

/** Reads `host:port`, or `[IPv6]:port`. @throws EstateError `input.invalid` */
export function parseAddress(text: string, where: string): Address {
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const parsed = addressSchema.safeParse({ host: six ?? four ?? '', port: Number(port ?? 0) });
  if (parsed.success) return parsed.data;
  throw new EstateError(
    'input.invalid',
    `reading ${where}: "${text.slice(0, 100)}" is no address with a port; for example offsite.example.org:8600, 192.0.2.7:8600 or [2001:db8::7]:8600`,
  );
}

/** As a person writes it. */
export function writeAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
