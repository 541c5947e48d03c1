import type { Socket } from 'node:net';
import type { Pin } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import type { Keyring } from '../identity/keyring.ts';
import { cutLine, LINE_LIMIT, lineOf, parseWatchLine, type WatchLine } from '../wire/frame.rules.ts';

/** So many beats fit into the silence after which a site is given up. */
const BEATS = 5;
const ANNOUNCE_MS = 15_000;

/** How long nothing may be heard of the other site until the link counts as cut, unless told otherwise. */
export const SILENCE_MS = 10_000;

/** The one connection between the sites that shows that both live, and on which each tells the other of its next key. */
export class Watch {
  readonly #socket: Socket;
  readonly #pin: Pin;
  readonly #keyring: Keyring;
  readonly #silenceMs: number;
  readonly #log: Log;
  readonly #awaited = new Map<Pin, () => void>();
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;

  /** @param pin the key that the other site showed on this connection */
  constructor(options: {
    readonly socket: Socket;
    readonly pin: Pin;
    readonly keyring: Keyring;
    readonly silenceMs: number;
    readonly log: Log;
  }) {
    this.#socket = options.socket;
    this.#pin = options.pin;
    this.#keyring = options.keyring;
    this.#silenceMs = options.silenceMs;
    this.#log = options.log;
    this.ended = new Promise((resolve) => options.socket.once('close', () => resolve()));
    this.#keep();
  }

  /** Tells the other site of the next key; returns when it has taken it. @throws EstateError `link.down` */
  async announce(pin: Pin): Promise<void> {
    const taken = new Promise<'taken'>((resolve) => this.#awaited.set(pin, () => resolve('taken')));
    let late: NodeJS.Timeout | undefined;
    const over = new Promise<'over'>((resolve) => {
      late = setTimeout(() => resolve('over'), ANNOUNCE_MS);
      void this.ended.then(() => resolve('over'));
    });
    this.#say({ announce: pin });
    const outcome = await Promise.race([taken, over]);
    clearTimeout(late);
    this.#awaited.delete(pin);
    if (outcome === 'over') throw new EstateError('link.down', 'telling the other site of the new key: it did not take it');
  }

  close(): void {
    this.#socket.destroy();
  }

  #keep(): void {
    const socket = this.#socket;
    let held: Buffer = Buffer.alloc(0);
    let beat = 0;
    const beating = setInterval(() => this.#say({ beat: beat++ }), this.#silenceMs / BEATS);
    void this.ended.then(() => clearInterval(beating));
    socket.setTimeout(0);
    let silence = setTimeout(() => this.#giveUp('silence'), this.#silenceMs);
    void this.ended.then(() => clearTimeout(silence));
    this.#say({ beat: beat++ });
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(silence);
      silence = setTimeout(() => this.#giveUp('silence'), this.#silenceMs);
      held = Buffer.concat([held, chunk]);
      try {
        for (let cut = cutLine(held, LINE_LIMIT); cut; cut = cutLine(held, LINE_LIMIT)) {
          held = cut.rest;
          this.#hear(parseWatchLine(cut.line));
        }
      } catch {
        this.#giveUp('nonsense');
      }
    });
    socket.once('end', () => socket.destroy());
  }

  #hear(line: WatchLine): void {
    if ('taken' in line) this.#awaited.get(line.taken)?.();
    if (!('announce' in line)) return;
    this.#keyring.takeAnnounced(line.announce, this.#pin).then(
      () => {
        this.#log.warn({ pin: line.announce }, 'the other site changes its key');
        this.#say({ taken: line.announce });
      },
      (error: unknown) => {
        this.#log.error({ err: error }, 'taking the other site’s new key');
        this.#giveUp('key');
      },
    );
  }

  #giveUp(why: string): void {
    this.#log.warn({ why }, 'the other site is given up');
    this.#socket.destroy();
  }

  #say(line: WatchLine): void {
    if (this.#socket.writable) this.#socket.write(lineOf(line));
  }
}
