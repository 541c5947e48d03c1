import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Address, Pin } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { carry, connectLocally, standIn } from './carrying/carry.ts';
import { SILENCE_MS, Watch } from './carrying/watch.ts';
import type { LinkEnd, LinkStatus } from './end.ts';
import { pinOf } from './identity/identity.ts';
import type { Keyring } from './identity/keyring.ts';
import { type Greeting, lineOf, parseGreeting, type Refusal, readAnswer } from './wire/frame.rules.ts';
import { readLine } from './wire/line.ts';
import { listenPinned, type PinnedServer, PROTOCOLS } from './wire/pinned-tls.ts';

const GREETING_MS = 5_000;
const OFFER_WAIT_MS = 5_000;
const ANSWER_MS = 10_000;
const OFFERS = 16;

export type OffsiteEndOptions = {
  readonly keyring: Keyring;
  /** Where headquarters connects to. */
  readonly address: Address;
  /** What headquarters may call: name → socket of this site. Nothing else is there for it [LK2]. */
  readonly calls: Readonly<Record<string, string>>;
  /** What off-site calls at headquarters: name → where its socket stands here. */
  readonly reaches: Readonly<Record<string, string>>;
  /** Read when headquarters asks what the estate is. */
  readonly descriptionFile: string;
  readonly atMost: number;
  /** How long nothing may be heard of the other site until the link counts as cut. */
  readonly silenceMs?: number;
  readonly log: Log;
  readonly now: Now;
};

type Held = { readonly socket: TLSSocket; readonly pin: Pin; readonly session: string; service: string };

/** Off-site's end of the link: it listens, and headquarters keeps connections open in both directions. */
export async function openOffsiteEnd(options: OffsiteEndOptions): Promise<LinkEnd> {
  const end = new OffsiteEnd(options);
  await end.open();
  return end;
}

class OffsiteEnd implements LinkEnd {
  readonly #options: OffsiteEndOptions;
  readonly #held = new Set<Held>();
  readonly #offers: Held[] = [];
  readonly #waiting: ((offer: Held) => void)[] = [];
  #watch: { readonly watch: Watch; readonly held: Held } | undefined;
  #server: PinnedServer | undefined;
  #locals: { readonly close: () => Promise<void> } | undefined;
  #strangers = 0;
  #crowded = 0;
  #lastStranger: string | null = null;

  constructor(options: OffsiteEndOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { keyring, address, reaches, atMost, log } = this.#options;
    this.#locals = await standIn(reaches, { atMost, mode: 0o666, called: (service, local) => this.#reach(service, local) });
    this.#server = await listenPinned({
      address,
      identity: keyring.identity,
      protocol: PROTOCOLS.link,
      isTrusted: keyring.isTrusted,
      accepted: (socket, pin) => {
        this.#accept(socket, pin).catch((error: unknown) => {
          log.info({ err: error }, 'ending a connection of headquarters');
          socket.destroy();
        });
      },
      refused: (from) => {
        this.#strangers += 1;
        this.#lastStranger = from;
        log.warn({ from }, 'refused somebody who is not headquarters');
      },
      crowded: (from) => {
        this.#crowded += 1;
        this.#lastStranger = from;
      },
    });
  }

  status(): LinkStatus {
    const { keyring } = this.#options;
    const services = [...this.#held].map(({ service }) => service);
    return {
      site: 'offsite',
      isUp: this.#watch !== undefined,
      port: this.#server?.port ?? null,
      pin: keyring.pin,
      peerPins: [...keyring.peerPins],
      open: countEach(services),
      strangers: this.#strangers,
      crowded: this.#crowded,
      lastStranger: this.#lastStranger,
      keyEndsAt: keyring.endsAt,
    };
  }

  async rotate(): Promise<Pin> {
    const { keyring, now } = this.#options;
    const next = await keyring.drawNext('offsite', now);
    if (!this.#watch) throw new EstateError('link.down', 'changing the key: headquarters is not connected');
    await this.#watch.watch.announce(pinOf(next));
    await keyring.changeTo(next);
    this.#server?.changeIdentity(next);
    // What was opened under the old key ends: headquarters comes back and sees the new one.
    this.#drop(() => true);
    return keyring.pin;
  }

  async close(): Promise<void> {
    this.#drop(() => true);
    const closed = this.#server?.close();
    await this.#locals?.close();
    await closed;
  }

  async #accept(socket: TLSSocket, pin: Pin): Promise<void> {
    const greeting = parseGreeting(await readLine(socket, { timeoutMs: GREETING_MS }));
    if (await this.#options.keyring.shown(pin)) this.#drop((other) => other.pin !== pin);
    const held: Held = { socket, pin, session: greeting.session, service: greeting.kind };
    this.#held.add(held);
    socket.once('close', () => this.#forget(held));
    if (greeting.kind === 'watch') return this.#startWatch(held);
    if (greeting.kind === 'describe') return this.#describe(held);
    // What is not of the run that is watched would not end with it.
    if (this.#watch?.held.session !== greeting.session) return refuse(socket, 'unreachable');
    return greeting.kind === 'offer' ? this.#takeOffer(held) : this.#serve(held, greeting);
  }

  /** A new run of headquarters: what is left of an earlier one is dead, whatever TCP believes. */
  #startWatch(held: Held): void {
    this.#drop(
      (other) => other !== held && other.service !== 'describe' && (other.session !== held.session || other.service === 'watch'),
    );
    const { keyring, silenceMs = SILENCE_MS, log } = this.#options;
    held.socket.write(lineOf({ ok: true }));
    const watch = new Watch({ socket: held.socket, pin: held.pin, keyring, silenceMs, log });
    this.#watch = { watch, held };
    log.info('headquarters is connected');
    void watch.ended.then(() => {
      if (this.#watch?.watch !== watch) return;
      this.#watch = undefined;
      this.#drop((other) => other.session === held.session);
      log.warn('headquarters is not connected any more');
    });
  }

  #takeOffer(held: Held): void {
    if (this.#offers.length >= OFFERS) return refuse(held.socket, 'too_many');
    const waiting = this.#waiting.shift();
    if (waiting) return waiting(held);
    this.#offers.push(held);
    return undefined;
  }

  async #describe({ socket }: Held): Promise<void> {
    const description: unknown = JSON.parse(await readFile(this.#options.descriptionFile, 'utf8'));
    socket.end(`${JSON.stringify(description)}\n`);
  }

  async #serve(held: Held, { service }: Extract<Greeting, { kind: 'call' }>): Promise<void> {
    const { calls, atMost } = this.#options;
    const path = Object.hasOwn(calls, service) ? calls[service] : undefined;
    if (path === undefined) return refuse(held.socket, 'unknown_service');
    held.service = service;
    if ([...this.#held].filter((other) => other.service === service).length > atMost) return refuse(held.socket, 'too_many');
    const local = await connectLocally(path).catch(() => undefined);
    if (local === undefined) return refuse(held.socket, 'unreachable');
    held.socket.write(lineOf({ ok: true }));
    return carry(local, held.socket);
  }

  /** Somebody here calls a service of headquarters. */
  async #reach(service: string, local: Socket): Promise<void> {
    const offer = await this.#nextOffer();
    offer.service = service;
    const { socket } = offer;
    socket.write(lineOf({ open: service }));
    try {
      readAnswer(await readLine(socket, { timeoutMs: ANSWER_MS }));
    } catch (error) {
      socket.destroy();
      throw error;
    }
    await carry(local, socket);
  }

  #nextOffer(): Promise<Held> {
    for (let offer = this.#offers.shift(); offer; offer = this.#offers.shift())
      if (!offer.socket.destroyed) return Promise.resolve(offer);
    return new Promise((resolve, reject) => {
      const take = (offer: Held) => {
        clearTimeout(late);
        resolve(offer);
      };
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new EstateError('link.down', 'reaching headquarters: it offers no connection'));
      }, OFFER_WAIT_MS);
      this.#waiting.push(take);
    });
  }

  #forget(held: Held): void {
    this.#held.delete(held);
    const at = this.#offers.indexOf(held);
    if (at >= 0) this.#offers.splice(at, 1);
  }

  #drop(isOver: (held: Held) => boolean): void {
    for (const held of [...this.#held].filter(isOver)) held.socket.destroy();
  }
}

function refuse(socket: TLSSocket, refused: Refusal): void {
  socket.end(lineOf({ refused }));
  socket.setTimeout(1_000, () => socket.destroy());
  socket.resume();
  socket.once('end', () => socket.destroy());
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
