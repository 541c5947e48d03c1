import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Client, type Filter } from 'ldapts';
import type { Entry, LdapAddress, TalkFault } from './ldap.rules.ts';
import { isStartTlsAgreed, LONGEST_MESSAGE, readMessage, START_TLS } from './message.rules.ts';

const LONGEST_TALK = 4 * LONGEST_MESSAGE;

export type Found = { readonly code: number; readonly entries: readonly Entry[] };
/** A connection to a server, under TLS. Result codes are those of RFC 4511; 0 is success. */
export type Talk = {
  readonly bind: (dn: string, password: string) => Promise<number>;
  readonly search: (
    base: string,
    asked: {
      readonly scope: 'base' | 'sub';
      readonly filter: string | Filter;
      readonly attributes: readonly string[];
      readonly most: number;
    },
  ) => Promise<Found>;
  readonly close: () => void;
};
export type Opened =
  | { readonly kind: 'open'; readonly talk: Talk }
  | { readonly kind: 'fault'; readonly fault: TalkFault; readonly cause: unknown };

/**
 * Connects to a server and sets up TLS before anything is said [F20]. The library behind is handed a connection that is under TLS
 * already and cannot make another: were it to connect again by itself, it would do so without.
 */
export async function openTalk(
  address: LdapAddress,
  given: {
    /** PEM; null for the public authorities. */
    readonly certificates: string | null;
    readonly lookup?: LookupFunction;
    readonly wholeMs: number;
  },
): Promise<Opened> {
  let fault: TalkFault = 'unreachable';
  const deadline = AbortSignal.timeout(given.wholeMs);
  const { lookup } = given;
  const plain = connect({ host: address.host, port: address.port, ...(lookup ? { lookup } : {}) });
  deadline.addEventListener('abort', () => plain.destroy(new Error('the server took too long')), { once: true });
  // Whoever waits hears of a failure where it waits; afterwards it is of no interest.
  plain.on('error', () => undefined);
  try {
    await until(plain, 'connect');
    if (!address.isTlsFirst) {
      fault = 'no tls';
      await agreeOnTls(plain);
    }
    fault = 'certificate';
    const socket = connectTls({
      socket: plain,
      host: address.host,
      ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
      // A server's own certificate may be named as well as an authority's.
      ...(given.certificates === null ? {} : { ca: given.certificates, allowPartialTrustChain: true }),
      minVersion: 'TLSv1.2',
    });
    socket.on('error', () => undefined);
    await until(socket, 'secureConnect');
    guard(socket);
    return { kind: 'open', talk: talkOver(socket, given.wholeMs) };
  } catch (cause) {
    plain.destroy();
    return { kind: 'fault', fault: fault === 'certificate' && !isOfCertificate(cause) ? 'no tls' : fault, cause };
  }
}

function isOfCertificate(cause: unknown): boolean {
  const code = cause instanceof Error ? String(Reflect.get(cause, 'code')) : '';
  return /CERT|SELF_SIGNED|SIGNATURE|ISSUER|CHAIN|CRL|PURPOSE|TRUST/.test(code) && !/SSL|ALERT/.test(code);
}

function until(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      socket.off(event, done).off('error', fail).off('close', fail);
      if (error) reject(error);
      else resolve();
    };
    const fail = (error?: unknown) => done(error instanceof Error ? error : new Error('the server hung up'));
    socket
      .once(event, () => done())
      .once('error', fail)
      .once('close', fail);
  });
}

/** Asks for TLS and reads the one message that may come before it. */
function agreeOnTls(plain: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const done = (error?: Error) => {
      plain.off('data', read).off('error', fail).off('close', fail).pause();
      if (error) reject(error);
      else resolve();
    };
    const fail = (error?: unknown) => done(error instanceof Error ? error : new Error('the server hung up'));
    const read = (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      const isAgreed = isStartTlsAgreed(held);
      if (isAgreed !== 'more') done(isAgreed ? undefined : new Error('the server does not agree to TLS'));
    };
    plain.on('data', read).once('error', fail).once('close', fail);
    plain.write(START_TLS);
  });
}

/** Lets only messages through that were read whole and made anew, and not more of them than a sign-in needs. */
function guard(socket: TLSSocket): void {
  const push = socket.push.bind(socket);
  let [held, bytes] = [Buffer.alloc(0), 0];
  const pass = (chunk: Uint8Array): boolean => {
    held = Buffer.concat([held, chunk]);
    bytes += chunk.length;
    for (;;) {
      const read = readMessage(held);
      if (read.kind === 'more' && bytes <= LONGEST_TALK) return true;
      if (read.kind !== 'message' || bytes > LONGEST_TALK) {
        socket.destroy(new Error('the server answers in a way that is not understood, or too much'));
        return false;
      }
      held = held.subarray(read.bytes);
      if (read.passed) push(read.passed);
    }
  };
  socket.push = (chunk: unknown, encoding?: BufferEncoding) =>
    chunk instanceof Uint8Array ? pass(chunk) : push(chunk, encoding);
}

function talkOver(socket: TLSSocket, waitMs: number): Talk {
  let isHandedOver = false;
  const client = new Client({
    url: 'ldap://already.invalid',
    timeout: waitMs,
    strictDN: true,
    createConnection: () => {
      if (isHandedOver) throw new Error('the server hung up');
      isHandedOver = true;
      return socket;
    },
  });
  return {
    bind: (dn, password) => codeOf(client.bind(dn, password)),
    search: async (base, { scope, filter, attributes, most }) => {
      const entries: Entry[] = [];
      const code = await codeOf(
        client
          .search(base, { scope, filter, attributes: [...attributes], sizeLimit: most, timeLimit: Math.ceil(waitMs / 1000) })
          .then(({ searchEntries }) => void entries.push(...searchEntries.map(toEntry))),
      );
      return { code, entries };
    },
    close: () => void client.unbind().catch(() => socket.destroy()),
  };
}

/** What a server answered: 0, or the code with which it refused. Anything else is thrown on. */
async function codeOf(done: Promise<void>): Promise<number> {
  try {
    await done;
    return 0;
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (typeof code === 'number' && code > 0) return code;
    throw error;
  }
}

function toEntry(told: { readonly dn: string } & Readonly<Record<string, Buffer | Buffer[] | string[] | string>>): Entry {
  const attributes = Object.entries(told).flatMap(([name, value]) => {
    if (name === 'dn') return [];
    const values = Array.isArray(value) ? value : [value];
    return [[name.toLowerCase(), values.map((one) => (typeof one === 'string' ? Buffer.from(one) : one))] as const];
  });
  return { dn: told.dn, attributes: new Map(attributes) };
}
