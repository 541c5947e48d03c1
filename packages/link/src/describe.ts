import type { Address, Description } from '@bulkhead/contracts';
import { descriptionSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Keyring } from './identity/keyring.ts';
import { lineOf } from './wire/frame.rules.ts';
import { readLine } from './wire/line.ts';
import { connectPinned, PROTOCOLS } from './wire/pinned-tls.ts';

const ASK_MS = 5_000;
/** The manifests of 200 compartments have room in it. */
export const DESCRIPTION_LIMIT = 16_777_216;

/**
 * Asks off-site what the estate is, whom to trust, and which secrets the sites share.
 * @throws EstateError `link.down`, `link.untrusted`, `link.refused`
 */
export async function askDescription(options: {
  readonly keyring: Keyring;
  readonly address: Address;
  readonly session: string;
}): Promise<Description> {
  const { keyring, address, session } = options;
  const { identity, isTrusted } = keyring;
  const { socket, pin } = await connectPinned({ address, identity, isTrusted, protocol: PROTOCOLS.link, timeoutMs: ASK_MS });
  try {
    await keyring.shown(pin);
    socket.write(lineOf({ kind: 'describe', session }));
    return parseDescription(await readLine(socket, { timeoutMs: ASK_MS, limit: DESCRIPTION_LIMIT }));
  } finally {
    socket.destroy();
  }
}

/** @throws EstateError `link.refused` */
export function parseDescription(line: string): Description {
  const parsed = descriptionSchema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  throw new EstateError('link.refused', 'reading what off-site tells of the estate: it has another form', {
    cause: parsed.error,
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
