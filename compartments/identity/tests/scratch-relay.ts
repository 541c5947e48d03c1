import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type Received = {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly isSecure: boolean;
};
export type ScratchRelay = {
  readonly port: number;
  readonly received: Received[];
  readonly close: () => Promise<void>;
  /** Cuts every connection, whatever is under way. */
  readonly cut: () => void;
};

/** A certificate for 127.0.0.1 that signs itself. */
export async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const directory = await temporaryDirectory();
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const named = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...made, ...named, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
}

/** A mail relay that keeps what it is given. */
export async function startRelay(
  options: SMTPServerOptions & { readonly taken?: (received: Received) => void } = {},
): Promise<ScratchRelay> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const letter = {
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          isSecure: session.secure,
        };
        received.push(letter);
        options.taken?.(letter);
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  after(close);
  const cut = () => {
    for (const connection of server.connections) connection.close();
  };
  return { port, received, close, cut };
}

/** One header of a letter, unfolded and decoded as far as our letters need. */
export function headerOf(letter: Pick<Received, 'text'>, name: string): string | undefined {
  const head = letter.text.split('\r\n\r\n')[0] ?? '';
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ');
  const value = new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1];
  return value
    ?.replaceAll(/\?= =\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_whole, how: string, text: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodeURIComponent(text.replaceAll('_', ' ').replaceAll('%', '%25').replaceAll('=', '%')),
    );
}

/** The body, which our letters carry in base64. */
export function bodyOf(letter: Pick<Received, 'text'>): string {
  const at = letter.text.indexOf('\r\n\r\n');
  return Buffer.from(letter.text.slice(at), 'base64').toString('utf8');
}
