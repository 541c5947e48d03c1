import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Address, Pin } from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { carry, connectLocally, standIn } from './carrying/carry.ts';
import { SILENCE_MS, Watch } from './carrying/watch.ts';
import type { LinkEnd, LinkStatus } from './end.ts';
import { pinOf } from './identity/identity.ts';
import type { Keyring } from './identity/keyring.ts';
import { type Greeting, lineOf, parseOpening, readAnswer } from './wire/frame.rules.ts';
import { readLine } from './wire/line.ts';
import { connectPinned, PROTOCOLS } from './wire/pinned-tls.ts';

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;
/** Connections kept ready for off-site to call on. */
const OFFERS = 4;
/** An offer that nobody took in so long is made anew. */
const OFFER_LIFE_MS = 600_000;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

export type HeadquartersEndOptions = {
  readonly keyring: Keyring;
  /** Where off-site listens. */
  readonly address: Address;
  /** What headquarters calls off-site: name → where its socket stands here. */
  readonly calls: Readonly<Record<string, string>>;
  /** What off-site may call here: name → socket of this site. Nothing else is there for it [LK2]. */
  readonly offers: Readonly<Record<string, string>>;
  readonly atMost: number;
  /** How long nothing may be heard of the other site until the link counts as cut. */
  readonly silenceMs?: number;
  /** Drawn for each time that the sites see each other: 16 hexadecimal digits. */
  readonly newSession: () => string;
  readonly log: Log;
  readonly now: Now;
};

/** Headquarters' end of the link: it connects, and nobody connects to it. */
export async function openHeadquartersEnd(options: HeadquartersEndOptions): Promise<LinkEnd> {
  const end = new HeadquartersEnd(options);
  await end.open();
  return end;
}

class HeadquartersEnd implements LinkEnd {
  readonly #options: HeadquartersEndOptions;
  readonly #sockets = new Map<TLSSocket, string>();
  readonly #ending = new AbortController();
  #watch: Watch | undefined;
  #session = '';
  #locals: { readonly close: () => Promise<void> } | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: HeadquartersEndOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { calls, atMost } = this.#options;
    this.#locals = await standIn(calls, { atMost, mode: 0o666, called: (service, local) => this.#call(service, local) });
    this.#loop = this.#stayConnected();
  }

  status(): LinkStatus {
    const open: Record<string, number> = {};
    for (const service of this.#sockets.values()) open[service] = (open[service] ?? 0) + 1;
    const { keyring } = this.#options;
    const peerPins = [...keyring.peerPins];
    const { pin, endsAt: keyEndsAt } = keyring;
    const nobody = { strangers: 0, crowded: 0, lastStranger: null };
    return { site: 'headquarters', isUp: this.#watch !== undefined, port: null, pin, keyEndsAt, peerPins, open, ...nobody };
  }

  async rotate(): Promise<Pin> {
    const { keyring, now } = this.#options;
    const next = await keyring.drawNext('headquarters', now);
    if (!this.#watch) throw new EstateError('link.down', 'changing the key: off-site is not connected');
    await this.#watch.announce(pinOf(next));
    await keyring.changeTo(next);
    // Off-site drops what the old key opened as soon as it sees the new one.
    this.#watch?.close();
    return keyring.pin;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#dropAll();
    await this.#locals?.close();
    await this.#loop;
  }

  async #stayConnected(): Promise<void> {
    const { signal } = this.#ending;
    let waitMs = SHORTEST_WAIT_MS;
    while (!signal.aborted) {
      try {
        await this.#watchOffsite(() => (waitMs = SHORTEST_WAIT_MS));
      } catch (error) {
        this.#options.log.warn({ err: error }, 'connecting to off-site');
      }
      this.#watch = undefined;
      this.#dropAll();
      await sleepMs(waitMs, signal).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  /** Returns when off-site is not heard of any more. */
  async #watchOffsite(connected: () => void): Promise<void> {
    const { keyring, silenceMs = SILENCE_MS, log } = this.#options;
    this.#session = this.#options.newSession();
    const { socket, pin } = await this.#open({ kind: 'watch' });
    try {
      readAnswer(await readLine(socket, { timeoutMs: ANSWER_MS }));
    } catch (error) {
      socket.destroy();
      throw error;
    }
    const watch = new Watch({ socket, pin, keyring, silenceMs, log });
    this.#watch = watch;
    connected();
    log.info('off-site is connected');
    for (let at = 0; at < OFFERS; at += 1) void this.#keepOffering(watch);
    await watch.ended;
    log.warn('off-site is not connected any more');
  }

  async #keepOffering(watch: Watch): Promise<void> {
    while (this.#watch === watch) {
      try {
        const { socket } = await this.#open({ kind: 'offer' });
        const service = await this.#untilOpened(socket);
        // The next one is offered while this one carries.
        if (service !== undefined) void this.#serve(socket, service).catch(() => socket.destroy());
      } catch {
        await sleepMs(SHORTEST_WAIT_MS);
      }
    }
  }

  async #untilOpened(socket: TLSSocket): Promise<string | undefined> {
    try {
      return parseOpening(await readLine(socket, { timeoutMs: OFFER_LIFE_MS }));
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async #serve(socket: TLSSocket, service: string): Promise<void> {
    const { offers, atMost } = this.#options;
    const path = Object.hasOwn(offers, service) ? offers[service] : undefined;
    const isTooMany = [...this.#sockets.values()].filter((other) => other === service).length >= atMost;
    const local = path === undefined || isTooMany ? undefined : await connectLocally(path).catch(() => undefined);
    if (local === undefined) {
      socket.end(lineOf({ refused: path === undefined ? 'unknown_service' : isTooMany ? 'too_many' : 'unreachable' }));
      return;
    }
    this.#sockets.set(socket, service);
    socket.write(lineOf({ ok: true }));
    await carry(local, socket);
  }

  /** Somebody here calls a service of off-site. While off-site is away nobody waits for it. */
  async #call(service: string, local: Socket): Promise<void> {
    if (!this.#watch) throw new EstateError('link.down', `calling ${service}: off-site is not connected`);
    const { socket } = await this.#open({ kind: 'call', service });
    try {
      readAnswer(await readLine(socket, { timeoutMs: ANSWER_MS }));
    } catch (error) {
      socket.destroy();
      throw error;
    }
    await carry(local, socket);
  }

  async #open(asked: Asked): Promise<{ readonly socket: TLSSocket; readonly pin: Pin }> {
    const { keyring, address } = this.#options;
    const session = this.#session;
    const { identity, isTrusted } = keyring;
    const opened = await connectPinned({ address, identity, isTrusted, protocol: PROTOCOLS.link, timeoutMs: CONNECT_MS });
    await keyring.shown(opened.pin);
    this.#sockets.set(opened.socket, asked.kind === 'call' ? asked.service : asked.kind);
    opened.socket.once('close', () => this.#sockets.delete(opened.socket));
    if (this.#ending.signal.aborted) opened.socket.destroy();
    opened.socket.write(lineOf({ ...asked, session }));
    return opened;
  }

  #dropAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}

type Asked = Omit<Extract<Greeting, { kind: 'call' }>, 'session'> | { readonly kind: 'watch' } | { readonly kind: 'offer' };
