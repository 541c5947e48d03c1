import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { type CompartmentManifest, type Estate, originUrl } from '@bulkhead/contracts';
import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import { judgeLook, type Look, planLooks, type Seen } from './probe.rules.ts';

const LOOK_TIMEOUT_MS = 10_000;
const BODY_LIMIT = 67_108_864;
const RETRY_MS = 500;

export type ProbeDeps = {
  readonly estate: Pick<Estate, 'domain' | 'port' | 'tls' | 'listenAddress'>;
  readonly publisher: Pick<PublisherPeer, 'findEdition'>;
  readonly now: Now;
};

/**
 * Looks at a compartment from outside, as a stranger, until all is as it must be or the time is over.
 * @throws EstateError `verification.failed`, naming what was seen instead
 */
export async function probeCompartment(
  deps: ProbeDeps,
  manifest: CompartmentManifest,
  withinMs: number,
  signal: AbortSignal,
): Promise<string> {
  const endsAt = deps.now().getTime() + withinMs;
  for (;;) {
    // Read again each time: a new edition may have been adopted meanwhile.
    const edition = manifest.edition ? await deps.publisher.findEdition(manifest.name) : undefined;
    const looks = planLooks(manifest, edition);
    const faults = (await lookAtAll(deps.estate, looks)).filter((fault) => fault !== undefined);
    if (faults.length === 0) return describeLooks(looks, edition?.number);
    if (deps.now().getTime() >= endsAt) {
      throw new EstateError('verification.failed', `probing ${manifest.name} from outside: ${faults.slice(0, 5).join('; ')}`);
    }
    await sleepMs(RETRY_MS, signal);
  }
}

function describeLooks(looks: readonly Look[], edition: number | undefined): string {
  const pages = looks.filter(({ expects }) => expects.kind === 'bytes').length;
  const told = edition === undefined ? 'no edition' : `${pages} pages are those of edition ${edition}`;
  return `${told}; ${looks.length - pages} other addresses answer as they must`;
}

async function lookAtAll(estate: ProbeDeps['estate'], looks: readonly Look[]): Promise<(string | undefined)[]> {
  const said: (string | undefined)[] = [];
  for (const look of looks) {
    const seen = await lookFromOutside(estate, look.host, look.path).catch((error: Error) => error);
    said.push(seen instanceof Error ? `${look.host}${look.path}: ${seen.message}` : judgeLook(look, seen));
  }
  return said;
}

/** One GET at the public address, with no cookie and no credentials. */
function lookFromOutside(estate: ProbeDeps['estate'], host: string, path: string): Promise<Seen> {
  const url = new URL(path, originUrl(estate, host));
  const options: RequestOptions & { servername?: string; ca?: string; rejectUnauthorized?: boolean } = {
    method: 'GET',
    host: addressOf(estate, url.hostname),
    port: estate.port,
    path: url.pathname,
    headers: { host: url.host, accept: '*/*' },
    agent: false,
    signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
  };
  const ask = estate.tls ? requestSecurely : request;
  if (estate.tls) Object.assign(options, { servername: url.hostname, ...authorityOf(estate.tls.certificateFile) });
  return new Promise((resolve, reject) => {
    const asked = ask(options, (answer) => {
      const digest = createHash('sha256');
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_LIMIT) asked.destroy(new Error(`longer than ${BODY_LIMIT} bytes`));
        digest.update(chunk);
      });
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          location: answer.headers.location ?? null,
          sha256: digest.digest('hex'),
        }),
      );
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}

// Node cannot resolve www.localhost; elsewhere the name is what a stranger would look up.
function addressOf({ domain, listenAddress }: ProbeDeps['estate'], hostname: string): string {
  if (domain !== 'localhost' && !domain.endsWith('.localhost')) return hostname;
  if (listenAddress === '0.0.0.0') return '127.0.0.1';
  return listenAddress === '::' ? '::1' : listenAddress;
}

/** A certificate that no authority signed is known by its own file, where that can be read. */
function authorityOf(certificateFile: string): { readonly ca?: string } {
  try {
    return { ca: readFileSync(certificateFile, 'utf8') };
  } catch {
    return {};
  }
}
