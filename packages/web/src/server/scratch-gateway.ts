import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type CompartmentManifest, generateSigningKey, mintToken, type TokenClaims, type Trust } from '@bulkhead/contracts';
import { type Now, sha256Hex } from '@bulkhead/kernel';
import { isRequestOf, pathOf } from './route-match.ts';

/** Who asks, in a test. */
export type Asker = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly displayName: string;
  readonly roles: readonly string[];
};

/** A request in a test. */
export type Asked = {
  readonly method?: string;
  readonly path: string;
  /** First label of the host name; the manifest's first origin unless told. */
  readonly origin?: string;
  readonly asker?: Asker;
  readonly address?: string;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string>> | string;
  /** Sent as it is. */
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Claims that differ from those of an honest token. */
  readonly claims?: Partial<TokenClaims>;
  /** Sent in place of a token made for this request; null for none. */
  readonly token?: string | null;
};
export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** The gateway as a compartment sees it, for tests: asks with honest tokens unless told otherwise. */
export type ScratchGateway = {
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly ask: (asked: Asked) => Promise<Answer>;
  readonly mint: (asked: Asked) => Promise<string>;
  /** Mints the token of a job, with the job key. */
  readonly mintJob: (route: string, claims?: Partial<TokenClaims>) => Promise<string>;
};

/** Makes a gateway for tests with keys of its own. `socket` is asked for at each request. */
export function createScratchGateway(options: {
  readonly manifest: CompartmentManifest;
  readonly socket: () => string;
  readonly now: Now;
}): ScratchGateway {
  const { manifest, now } = options;
  const gateway = generateSigningKey('gateway-test');
  const job = generateSigningKey('job-test');
  const mint = (asked: Asked) => mintToken(gateway.signing, claimsOf(asked, manifest), now);
  return {
    trust: { gatewayKeys: [gateway.verifying], jobKeys: [job.verifying] },
    mint,
    mintJob: (route, claims) =>
      mintToken(job.signing, { ...claimsOf({ path: '/' }, manifest), method: 'JOB', route, ...claims }, now),
    ask: async (asked) => {
      const token = asked.token === undefined ? await mint(asked) : asked.token;
      return send(options.socket(), asked, { manifest, token });
    },
  };
}

function claimsOf(asked: Asked, manifest: CompartmentManifest): TokenClaims {
  const { asker, path } = asked;
  const body = bodyOf(asked);
  const wanted = { method: methodOf(asked), path: pathOf(path), host: originOf(asked, manifest) };
  return {
    requestId: randomUUID(),
    compartment: manifest.name,
    accountId: asker?.accountId ?? null,
    sessionId: asker?.sessionId ?? null,
    displayName: asker?.displayName ?? null,
    delegation: null,
    roles: [...(asker?.roles ?? [])],
    address: asked.address ?? '192.0.2.1',
    method: wanted.method,
    path,
    bodySha256: body ? sha256Hex(body) : null,
    route: manifest.routes.find((route) => isRequestOf(route, wanted))?.id ?? 'unmatched',
    ...asked.claims,
  };
}

function methodOf(asked: Asked): string {
  return asked.method ?? (bodyOf(asked) ? 'POST' : 'GET');
}

function originOf(asked: Asked, manifest: CompartmentManifest): string {
  return asked.origin ?? manifest.origins[0]?.host ?? '';
}

function bodyOf({ form, body }: Asked): Uint8Array | undefined {
  if (body) return body;
  if (form === undefined) return undefined;
  return Buffer.from(typeof form === 'string' ? form : new URLSearchParams(form).toString());
}

function send(
  socket: string,
  asked: Asked,
  { manifest, token }: { readonly manifest: CompartmentManifest; readonly token: string | null },
): Promise<Answer> {
  const body = bodyOf(asked);
  const headers = {
    host: `${originOf(asked, manifest)}.localhost:8400`,
    ...(body ? { 'content-length': String(body.length) } : {}),
    ...(asked.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(token === null ? {} : { 'bulkhead-token': token }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: socket, method: methodOf(asked), path: asked.path, headers, agent: false },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.once('error', reject);
        reply.once('end', () =>
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
