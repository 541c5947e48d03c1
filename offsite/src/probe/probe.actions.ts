import { createHash } from 'node:crypto';
import type { CompartmentManifest, Estate } from '@bulkhead/contracts';
import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import { askFromOutside } from './outside.actions.ts';
import { judgeLook, type Look, planLooks, type Seen } from './probe.rules.ts';

const LOOK_TIMEOUT_MS = 10_000;
const BODY_LIMIT = 67_108_864;
const RETRY_MS = 500;

export type ProbeDeps = {
  readonly estate: Pick<Estate, 'domain' | 'port' | 'tls' | 'listenAddress' | 'gatewayAddress'>;
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
  return new Promise((resolve, reject) => {
    const asked = askFromOutside(estate, { host, path, signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) }, (answer) => {
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
