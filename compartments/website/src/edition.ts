import { createInterface } from 'node:readline';
import { type RenderRequest, renderRequestSchema, renderRoundSchema, renderRowSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { SiteRenderer } from './site/site-renderer.ts';

// A process of the off-site publisher: a request and rows on standard input, files on standard output, a line each; in
// rounds, if it is asked to, of which each writes what became another. It has no environment, no database and no key; what it
// claims is verified by who started it.

function write(line: unknown): Promise<void> | undefined {
  if (process.stdout.write(`${JSON.stringify(line)}\n`)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

async function writeAll(renderer: SiteRenderer, now: string): Promise<void> {
  for (const file of renderer.render(new Date(now))) await write(file);
}

function isRound(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'round' in given;
}

let request: RenderRequest | undefined;
let renderer: SiteRenderer | undefined;
let rounds = 0;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const given: unknown = JSON.parse(line);
  if (!renderer) {
    request = renderRequestSchema.parse(given);
    renderer = new SiteRenderer(request, request.erased);
  } else if (isRound(given)) {
    const { round, now } = renderRoundSchema.parse(given);
    rounds += 1;
    await writeAll(renderer, now);
    await write({ round, files: renderer.files, nextAt: renderer.nextAt?.toISOString() ?? null });
  } else renderer.take(renderRowSchema.parse(given));
}
if (!request || !renderer) throw new EstateError('input.invalid', 'reading what to render: there is no request');
if (rounds === 0) await writeAll(renderer, request.now);
