import type { Socket } from 'node:net';

/** What a link does to everything that passes; it may change while it carries. */
export type LinkConditions = {
  /** One way: a round trip takes twice as long. */
  latencyMs: number;
  /** Each way; without it as fast as it goes. */
  bytesPerSecond: number | undefined;
};

/** So much may be on the way; then the sender waits. */
export const WINDOW_BYTES = 4_194_304;

/** Bytes on the way, or the end of them. */
type Parcel = { readonly bytes: Buffer | undefined; readonly dueMs: number };

/** One direction of one connection: takes bytes from a socket and hands them to another, later, in order. */
export class Lane {
  readonly #from: Socket;
  readonly #into: Socket;
  readonly #conditions: Readonly<LinkConditions>;
  readonly #onCarried: (bytes: number) => void;
  readonly #waiting: Parcel[] = [];
  #heldBytes = 0;
  /** When the line has sent all that it was given. */
  #freeAtMs = 0;
  #isStalled: boolean;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly from: Socket;
    readonly into: Socket;
    readonly conditions: Readonly<LinkConditions>;
    readonly isStalled: boolean;
    /** Told of bytes before they are handed over. */
    readonly onCarried: (bytes: number) => void;
  }) {
    this.#from = options.from;
    this.#into = options.into;
    this.#conditions = options.conditions;
    this.#isStalled = options.isStalled;
    this.#onCarried = options.onCarried;
    this.#from.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#from.on('end', () => this.#take(undefined));
    this.#into.on('drain', () => {
      this.#isFull = false;
      this.#deliver();
    });
  }

  stall(): void {
    this.#isStalled = true;
    clearTimeout(this.#timer);
  }

  flow(): void {
    this.#isStalled = false;
    this.#deliver();
  }

  /** Nothing more is handed over: what is on the way is lost. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#isStalled = true;
    this.#waiting.length = 0;
  }

  #take(bytes: Buffer | undefined): void {
    const { latencyMs, bytesPerSecond } = this.#conditions;
    const length = bytes?.length ?? 0;
    const sentMs = bytesPerSecond === undefined ? 0 : (length / bytesPerSecond) * 1000;
    this.#freeAtMs = Math.max(performance.now(), this.#freeAtMs) + sentMs;
    this.#waiting.push({ bytes, dueMs: this.#freeAtMs + latencyMs });
    this.#heldBytes += length;
    if (this.#heldBytes >= WINDOW_BYTES) this.#from.pause();
    this.#deliver();
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next && !this.#isStalled && !this.#isFull; next = this.#waiting[0]) {
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#deliver(), leftMs);
        return;
      }
      this.#waiting.shift();
      this.#hand(next.bytes);
    }
  }

  #hand(bytes: Buffer | undefined): void {
    if (bytes === undefined) return void this.#into.end();
    this.#heldBytes -= bytes.length;
    if (this.#heldBytes < WINDOW_BYTES / 2 && this.#from.isPaused()) this.#from.resume();
    // May reset the connection in this very moment: then nothing of it arrives.
    this.#onCarried(bytes.length);
    if (!this.#into.destroyed && !this.#into.write(bytes)) this.#isFull = true;
  }
}
