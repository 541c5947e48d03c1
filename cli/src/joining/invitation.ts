import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { type Address, type Description, type JoinRequest, joinRequestSchema, type Pin } from '@bulkhead/contracts';
import { EstateError, isSameSecret } from '@bulkhead/kernel';
import { connectPinned, DESCRIPTION_LIMIT, type Identity, type Keyring, listenPinned, PROTOCOLS, readLine } from '@bulkhead/link';
import { z } from 'zod';
import { type OneTimeCode, SECRET_BYTES } from './code.ts';

/** How long a code is good. */
export const INVITATION_MS = 900_000;
/** Wrong codes until the invitation ends: who guesses has so many tries at 128 bits. */
export const TRIES = 5;
const REQUEST_MS = 10_000;
const ANSWER_MS = 30_000;
const REQUEST_LIMIT = 16_384;

const answerSchema = z.union([z.object({ description: z.unknown() }), z.object({ refused: z.string().max(1000) })]);

export type Joined = { readonly pin: Pin; readonly request: JoinRequest };

/** What was decided about a code: whether it is good, and how many tries are left. */
export class Invitation {
  readonly secret = randomBytes(SECRET_BYTES).toString('base64url');
  readonly #endsAtMs: number;
  #triesLeft = TRIES;
  #isUsed = false;

  /** @param nowMs of a clock that never jumps */
  constructor(nowMs: number) {
    this.#endsAtMs = nowMs + INVITATION_MS;
  }

  /** Uses the code up if it is the right one; why not, else. Compared in constant time. */
  take(secret: string, nowMs: number): 'good' | 'wrong' | 'over' {
    if (this.#isUsed || this.#triesLeft <= 0 || nowMs >= this.#endsAtMs) return 'over';
    if (!isSameSecret(secret, this.secret)) {
      this.#triesLeft -= 1;
      return this.#triesLeft > 0 ? 'wrong' : 'over';
    }
    this.#isUsed = true;
    return 'good';
  }

  isOver(nowMs: number): boolean {
    return this.#isUsed || this.#triesLeft <= 0 || nowMs >= this.#endsAtMs;
  }
}

/** Whom a code is told to, and how waiting for its use is ended. */
export type Inviting = { readonly invited: (code: OneTimeCode) => void; readonly stopAsked: AbortSignal };

/** Off-site: prints a one-time code through `invited`, and returns when headquarters has joined with it. */
export async function awaitHeadquarters(
  { listen, address }: { readonly listen: Address; readonly address: Address },
  { identity, pin }: Pick<Keyring, 'identity' | 'pin'>,
  options: Inviting & {
    readonly accept: (joined: Joined) => Promise<Description>;
    readonly tell: (line: string) => void;
  },
): Promise<void> {
  const { accept, tell, stopAsked, invited } = options;
  const clock = () => performance.now();
  const invitation = new Invitation(clock());
  const waiting = awaitJoin({ listen, identity, invitation, clock, accept, tell, stopAsked });
  invited({ address, pin, secret: invitation.secret });
  await waiting;
}

/**
 * Off-site: listens until headquarters has joined with the code.
 * @param accept keeps what headquarters told, durably, and returns what it is told in turn
 * @throws EstateError `site.code_refused` when the time is over or too many wrong codes came, `port.taken`
 */
export async function awaitJoin(options: {
  readonly listen: Address;
  readonly identity: Identity;
  readonly invitation: Invitation;
  readonly clock: () => number;
  readonly accept: (joined: Joined) => Promise<Description>;
  readonly tell: (line: string) => void;
  readonly stopAsked: AbortSignal;
}): Promise<void> {
  const { listen, identity, invitation, clock, accept, tell, stopAsked } = options;
  const outcome = Promise.withResolvers<void>();
  const end = (why: string) => outcome.reject(new EstateError('site.code_refused', `waiting for headquarters: ${why}`));
  const answer = async (socket: TLSSocket, pin: Pin): Promise<void> => {
    const request = joinRequestSchema.safeParse(
      parseJson(await readLine(socket, { timeoutMs: REQUEST_MS, limit: REQUEST_LIMIT })),
    );
    const verdict = request.success ? invitation.take(request.data.secret, clock()) : 'wrong';
    if (verdict === 'good' && request.success) {
      // From here on the code is used up: what fails is told, and another code is needed.
      try {
        await say(socket, { description: await accept({ pin, request: request.data }) });
        return outcome.resolve();
      } catch (error) {
        outcome.reject(error);
        throw error;
      }
    }
    tell(`Refused a wrong code from ${socket.remoteAddress ?? 'an unknown address'}.`);
    await say(socket, { refused: 'the code is wrong, was used, or is too old' });
    return verdict === 'over'
      ? end('too many wrong codes came, or its time is over; give "bulkhead site invite" again')
      : undefined;
  };
  const server = await listenPinned({
    address: listen,
    identity,
    protocol: PROTOCOLS.join,
    // Nobody is known yet: the secret decides, and the key that was shown with it is the one that is pinned.
    isTrusted: () => true,
    accepted: (socket, pin) => {
      answer(socket, pin).catch(() => socket.destroy());
    },
    refused: () => undefined,
  });
  const late = setTimeout(() => end('nobody joined within 15 minutes; give "bulkhead site invite" again'), INVITATION_MS);
  const stopped = () => end('asked to stop; the code is void');
  stopAsked.addEventListener('abort', stopped, { once: true });
  try {
    await outcome.promise;
  } finally {
    clearTimeout(late);
    stopAsked.removeEventListener('abort', stopped);
    await server.close();
  }
}

/** Says one line, and returns when the other has closed, or did not in time. */
async function say(socket: TLSSocket, value: unknown): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.resume().once('end', () => socket.destroy());
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  socket.end(`${JSON.stringify(value)}\n`);
  await closed;
}

/**
 * Headquarters: joins the off-site that a code names.
 * @returns what off-site answers, not yet checked
 * @throws EstateError `link.down`, `link.untrusted` when somebody else answers there, `site.code_refused`
 */
export async function askToJoin(
  code: OneTimeCode,
  keyring: Pick<Keyring, 'identity'>,
  request: Omit<JoinRequest, 'secret'>,
): Promise<unknown> {
  const { socket } = await connectPinned({
    address: code.address,
    identity: keyring.identity,
    protocol: PROTOCOLS.join,
    isTrusted: (pin) => isSameSecret(pin, code.pin),
    timeoutMs: REQUEST_MS,
  });
  try {
    socket.write(`${JSON.stringify({ ...request, secret: code.secret })}\n`);
    const answer = answerSchema.safeParse(parseJson(await readLine(socket, { timeoutMs: ANSWER_MS, limit: DESCRIPTION_LIMIT })));
    if (!answer.success) throw new EstateError('link.refused', 'joining: off-site’s answer has another form');
    if ('refused' in answer.data) throw new EstateError('site.code_refused', `joining: ${answer.data.refused}`);
    return answer.data.description;
  } finally {
    socket.destroy();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
