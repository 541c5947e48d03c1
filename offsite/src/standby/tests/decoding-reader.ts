import type { DecodingHead, DecodingLine } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { openWire, type WirePeer, type WireReply } from '@bulkhead/wire';

/** Reads a jail's decoding as it comes. */
export class DecodingReader {
  readonly lines: DecodingLine[] = [];
  head: DecodingHead | undefined;
  readonly #reply: WireReply;
  isOpen = true;

  private constructor(reply: WireReply) {
    this.#reply = reply;
    reply.body.on('error', () => undefined);
    reply.body.on('close', () => {
      this.isOpen = false;
    });
    let rest = '';
    reply.body.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (this.head) this.lines.push(JSON.parse(line));
        else this.head = JSON.parse(line);
      }
    });
  }

  static async open(peer: WirePeer, after: string): Promise<DecodingReader> {
    return new DecodingReader(
      await openWire(peer, { method: 'GET', path: `/decoding?after=${encodeURIComponent(after)}`, timeoutMs: 600_000 }),
    );
  }

  async untilCommits(commits: number): Promise<DecodingLine[]> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
      if (this.lines.filter(({ data }) => data?.startsWith('COMMIT')).length >= commits) return this.lines;
      await sleepMs(20);
    }
    throw new Error(`waiting for ${commits} commits: ${JSON.stringify(this.lines.slice(-20))}`);
  }

  close(): void {
    this.#reply.body.destroy();
  }
}
