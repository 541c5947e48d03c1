import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Version = { readonly id: string; readonly bytes: Buffer | null; lockedUntil: number };
type Options = { readonly hasLock?: boolean; readonly knowsConditions?: boolean };
export type S3Protocol = {
  readonly endpoint: string;
  /** Method, path and the headers that matter, of each call. */
  readonly calls: { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** Answers the next so many calls with 503, as S3 does when it is busy. */
  failNext: number;
  /** By what the service's clock is ahead of ours. */
  aheadMs: number;
  /** Until when the newest version of a key is locked. */
  readonly lockedUntil: (key: string) => number;
  /** The newest bytes of each key. */
  readonly objects: () => Map<string, Buffer>;
  readonly close: () => Promise<void>;
};

/**
 * Answers as S3's documented protocol does: what a server that can be installed here does not know (Object Lock,
 * versions, conditional writes) is tried against it. It is not an S3 server and proves nothing about one.
 */
export async function serveS3Protocol({ hasLock = true, knowsConditions = true }: Options = {}): Promise<S3Protocol> {
  const keys = new Map<string, Version[]>();
  const uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer>; readonly lockedUntil: number }>();
  const served: S3Protocol['calls'] = [];
  const newest = (key: string) => keys.get(key)?.at(-1)?.bytes ?? undefined;
  const keep = (key: string, bytes: Buffer | null, lockedUntil: number) =>
    keys.set(key, [...(hasLock ? (keys.get(key) ?? []) : []), { id: randomUUID(), bytes, lockedUntil }]);
  const lockOf = (headers: IncomingMessage['headers']) =>
    headers['x-amz-object-lock-mode'] === 'COMPLIANCE' ? Date.parse(String(headers['x-amz-object-lock-retain-until-date'])) : 0;

  function putObject(key: string, body: Buffer, headers: IncomingMessage['headers']): Answer {
    if (knowsConditions && headers['if-none-match'] === '*' && newest(key)) return fault(412, 'PreconditionFailed');
    if (headers['x-amz-copy-source']) {
      const source = decodeURIComponent(String(headers['x-amz-copy-source'])).replace(/^\/?[^/]+\//, '');
      const copied = newest(source);
      if (!copied) return fault(404, 'NoSuchKey');
      keep(key, copied, 0);
      return { status: 200, xml: '<CopyObjectResult><ETag>"copied"</ETag></CopyObjectResult>' };
    }
    if (!hasRightSum(body, headers)) return fault(400, 'BadDigest');
    keep(key, body, lockOf(headers));
    return { status: 200, headers: { etag: `"${randomUUID()}"` } };
  }

  /** In compliance mode a lock is prolonged, never shortened. */
  function putRetention(key: string, body: Buffer): Answer {
    const version = keys.get(key)?.at(-1);
    if (!version?.bytes) return fault(404, 'NoSuchKey');
    const told = body.toString('utf8');
    const until = Date.parse(/<RetainUntilDate>([^<]+)</.exec(told)?.[1] ?? '');
    if (!told.includes('<Mode>COMPLIANCE</Mode>') || Number.isNaN(until)) return fault(400, 'MalformedXML');
    if (until <= Date.now() + s3.aheadMs) return fault(400, 'InvalidArgument');
    if (until < version.lockedUntil) return fault(403, 'AccessDenied');
    version.lockedUntil = until;
    return { status: 200 };
  }

  function postUpload(key: string, query: URLSearchParams, headers: IncomingMessage['headers']): Answer {
    if (query.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, { key, parts: new Map(), lockedUntil: lockOf(headers) });
      return { status: 200, xml: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
    }
    const upload = uploads.get(query.get('uploadId') ?? '');
    if (!upload) return fault(404, 'NoSuchUpload');
    if (knowsConditions && headers['if-none-match'] === '*' && newest(key)) return fault(412, 'PreconditionFailed');
    const parts = [...upload.parts].toSorted(([left], [right]) => left - right).map(([, part]) => part);
    keep(key, Buffer.concat(parts), upload.lockedUntil);
    uploads.delete(query.get('uploadId') ?? '');
    return { status: 200, xml: '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>' };
  }

  function deleteObject(key: string, query: URLSearchParams): Answer {
    if (query.has('uploadId')) {
      uploads.delete(query.get('uploadId') ?? '');
      return { status: 204 };
    }
    const versionId = query.get('versionId');
    if (versionId === null) {
      if (hasLock) keep(key, null, 0);
      else keys.delete(key);
      return { status: 204 };
    }
    const versions = keys.get(key) ?? [];
    const named = versions.find(({ id }) => id === versionId);
    if (named && named.lockedUntil > Date.now() + s3.aheadMs) return fault(403, 'AccessDenied');
    keys.set(
      key,
      versions.filter((version) => version !== named),
    );
    return { status: 204 };
  }

  function list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? '';
    const found = [...keys].filter(([key]) => key.startsWith(prefix)).toSorted(([left], [right]) => (left < right ? -1 : 1));
    if (query.has('uploads')) return { status: 200, xml: '<ListMultipartUploadsResult></ListMultipartUploadsResult>' };
    if (query.has('versions')) {
      const told = found.flatMap(([key, versions]) =>
        versions.map(({ id, bytes }) => {
          const element = bytes ? 'Version' : 'DeleteMarker';
          return `<${element}><Key>${key}</Key><VersionId>${id}</VersionId></${element}>`;
        }),
      );
      return { status: 200, xml: `<ListVersionsResult>${told.join('')}</ListVersionsResult>` };
    }
    const there = found.flatMap(([key]) => (newest(key) ? [key] : []));
    const from = Number(query.get('continuation-token') ?? 0);
    const page = there.slice(from, from + 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const isCut = from + 2 < there.length;
    const next = isCut ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
    return {
      status: 200,
      xml: `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${page.join('')}</ListBucketResult>`,
    };
  }

  function answer(method: string, url: URL, body: Buffer, headers: IncomingMessage['headers']): Answer {
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const query = url.searchParams;
    if (key === '' && method === 'HEAD') return { status: url.pathname.startsWith('/vault') ? 200 : 404 };
    if (key === '' && query.has('object-lock')) {
      if (!hasLock) return fault(404, 'ObjectLockConfigurationNotFoundError');
      return {
        status: 200,
        xml: '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
      };
    }
    if (key === '') return list(query);
    if (method === 'PUT' && query.has('partNumber')) {
      if (!hasRightSum(body, headers)) return fault(400, 'BadDigest');
      uploads.get(query.get('uploadId') ?? '')?.parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: `"${randomUUID()}"` } };
    }
    if (method === 'PUT' && query.has('retention')) return putRetention(key, body);
    if (method === 'PUT') return putObject(key, body, headers);
    if (method === 'POST') return postUpload(key, query, headers);
    if (method === 'DELETE') return deleteObject(key, query);
    const bytes = newest(key);
    if (!bytes) return fault(404, 'NoSuchKey');
    const locked = keys.get(key)?.at(-1)?.lockedUntil ?? 0;
    const lock = {
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': new Date(locked).toISOString(),
    };
    return { status: 200, bytes, ...(locked > 0 ? { headers: lock } : {}) };
  }

  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
    const url = new URL(incoming.url ?? '/', 'http://s3');
    served.push({ method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers });
    const isBusy = s3.failNext > 0;
    if (isBusy) s3.failNext -= 1;
    const told = isBusy ? fault(503, 'SlowDown') : answer(incoming.method ?? '', url, Buffer.concat(parts), incoming.headers);
    const content = told.bytes ?? Buffer.from(told.xml ? `<?xml version="1.0" encoding="UTF-8"?>${told.xml}` : '');
    outgoing.writeHead(told.status, { 'content-length': String(content.length), ...told.headers });
    outgoing.end(incoming.method === 'HEAD' ? undefined : content);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const s3: S3Protocol = {
    endpoint: `http://127.0.0.1:${port}`,
    calls: served,
    failNext: 0,
    aheadMs: 0,
    lockedUntil: (key) => keys.get(key)?.at(-1)?.lockedUntil ?? 0,
    objects: () => new Map([...keys.keys()].flatMap((key) => [[key, newest(key) ?? Buffer.alloc(0)] as const])),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return s3;
}

type Answer = {
  readonly status: number;
  readonly xml?: string;
  readonly bytes?: Buffer;
  readonly headers?: Record<string, string>;
};

function fault(status: number, code: string): Answer {
  return { status, xml: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}

function hasRightSum(body: Buffer, headers: IncomingMessage['headers']): boolean {
  const told = headers['x-amz-checksum-sha256'];
  return told === undefined || told === createHash('sha256').update(body).digest('base64');
}
