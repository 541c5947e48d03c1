import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The way between two sites, which a test can cut, reset or stall. */
export class Cuttable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #isStalled = false;

  private constructor(port: number) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          if (!to.write(bytes)) from.pause();
        });
        to.on('drain', () => {
          if (!this.#isStalled) from.resume();
        });
        from.on('end', () => to.end()).on('error', () => from.destroy());
        from.on('close', (isBroken) => {
          this.#sockets.delete(from);
          if (isBroken) to.destroy();
        });
      }
      if (this.#isStalled) for (const socket of [near, far]) socket.pause();
    });
  }

  static async open(port: number): Promise<Cuttable> {
    const way = new Cuttable(port);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Resets every connection, in the middle of whatever it carries. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  /** Carries nothing any more, and says nothing of it. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Carries again, what was held back first. */
  go(): void {
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
