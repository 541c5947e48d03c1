import { connect } from 'node:net';

const QUIET_MS = 300;

/** Sends bytes as they are and gives whatever comes, until the connection ends or nothing more comes. */
export function exchange(port: number, raw: string | Buffer, firstByteWithinMs = 10_000): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port }, () =>
      socket.write(typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw),
    );
    let quiet = setTimeout(() => socket.destroy(), firstByteWithinMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.destroy(), QUIET_MS);
    });
    // A connection that is reset is an answer too.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(quiet);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

/** The statuses of the answers in what came. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
