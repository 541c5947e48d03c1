import { instantSchema, type Signed, signedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const SHELF_LIMIT_MS = 180_000;
const FILE_BYTES = 67_108_864;

const keptSchema = z.object({
  editions: z
    .array(z.object({ number: z.number().int(), lsn: z.string(), publishedAt: instantSchema, files: z.number().int() }))
    .max(1000),
  latest: z.number().int().nullable(),
  paused: z.boolean(),
});
export type Kept = z.infer<typeof keptSchema>;

/** The editions of a compartment that off-site keeps, newest first. */
export function listEditions(desk: WirePeer, compartment: string): Promise<Kept> {
  return callWire(desk, { method: 'GET', path: pathOf(compartment), timeoutMs: SHELF_LIMIT_MS }, keptSchema);
}

/** The manifest of an edition as it was signed. */
export function readEdition(desk: WirePeer, compartment: string, number: number): Promise<Signed> {
  const path = `${pathOf(compartment)}/kept/${number}`;
  return callWire(desk, { method: 'GET', path, timeoutMs: SHELF_LIMIT_MS }, signedSchema);
}

/** The bytes of a file of an edition, as they come. */
export async function readEditionFile(desk: WirePeer, compartment: string, sha256: string): Promise<Buffer> {
  const { body } = await openWire(desk, { method: 'GET', path: `${pathOf(compartment)}/files/${sha256}` });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FILE_BYTES) throw new EstateError('edition.invalid', `reading file ${sha256}: it is too long`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function pathOf(compartment: string): string {
  return `/editions/${encodeURIComponent(compartment)}`;
}
