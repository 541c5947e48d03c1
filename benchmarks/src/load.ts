import { connect } from 'node:net';

export type Load = { readonly requests: number; readonly seconds: number };

/**
 * Asks for one page over kept connections, one request at a time on each, for some seconds.
 * It reads bytes and counts whole answers by their length: the loader must not be what is measured.
 * @throws Error when an answer is not 200 or the connection breaks
 */
export async function loadPage(options: {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
}): Promise<Load> {
  const begunAt = performance.now();
  const endAt = begunAt + options.seconds * 1000;
  const counts = await Promise.all(Array.from({ length: options.connections }, () => keepAsking(options, endAt)));
  return { requests: counts.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - begunAt) / 1000 };
}

function keepAsking(
  { port, host, path }: { readonly port: number; readonly host: string; readonly path: string },
  endAt: number,
): Promise<number> {
  const question = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(question));
    let answers = 0;
    let bytesLeft = 0;
    let head = '';
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      let rest = chunk;
      if (bytesLeft === 0) {
        head += rest.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = /^content-length: (\d+)/im.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200') || length === undefined)
          return socket.destroy(new Error(`not the page: ${head.slice(0, 60)}`));
        bytesLeft = Number(length);
        rest = chunk.subarray(chunk.length - (head.length - end - 4));
        head = '';
      }
      bytesLeft -= rest.length;
      if (bytesLeft > 0) return;
      answers += 1;
      if (performance.now() < endAt) socket.write(question);
      else {
        socket.end();
        resolve(answers);
      }
    });
  });
}
