import { createInterface } from 'node:readline';
import { type RenderRequest, type RenderRow, renderRequestSchema, renderRowSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { assembleSite } from './site/site.rules.ts';
import { renderSite } from './site/site-files.views.ts';

// A process of the off-site publisher: a request and rows on standard input, files on standard output, a line each.
// It has no environment, no database and no key; what it claims is verified by who started it.

async function readInput(): Promise<{ readonly request: RenderRequest; readonly rows: readonly RenderRow[] }> {
  let request: RenderRequest | undefined;
  const rows: RenderRow[] = [];
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const given: unknown = JSON.parse(line);
    if (request) rows.push(renderRowSchema.parse(given));
    else request = renderRequestSchema.parse(given);
  }
  if (!request) throw new EstateError('input.invalid', 'reading what to render: there is no request');
  return { request, rows };
}

function write(line: string): Promise<void> | undefined {
  if (process.stdout.write(line)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

const { request, rows } = await readInput();
for (const file of renderSite(request, assembleSite(rows))) await write(`${JSON.stringify(file)}\n`);
