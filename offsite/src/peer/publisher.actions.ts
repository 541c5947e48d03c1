import type { Readable } from 'node:stream';
import {
  type EditionManifest,
  editionManifestSchema,
  fillManifest,
  instantSchema,
  languageSchema,
  openSigned,
  PURPOSES,
  publicPathSchema,
  type Signed,
  sha256Schema,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const renderedSchema = z.object({
  files: z.array(z.object({ path: publicPathSchema, language: languageSchema.nullable(), sha256: sha256Schema })).max(200_000),
  /** What these pages show, as their evidence names it. */
  subjects: z.array(z.string().max(200)).max(200_000),
});
export type Rendered = z.infer<typeof renderedSchema>;

const keptSchema = z.object({
  editions: z.array(
    z.object({ number: z.number().int(), lsn: z.string(), publishedAt: instantSchema, files: z.number().int().min(0) }),
  ),
  /** The one that is shown; none before the first. */
  latest: z.number().int().nullable(),
  paused: z.boolean(),
});
export type KeptEditions = z.infer<typeof keptSchema>;

/** The publisher, as recovery uses it. */
export type PublisherPeer = {
  /** The current edition, its signature verified; undefined if none was published yet. */
  readonly findEdition: (compartment: string) => Promise<EditionManifest | undefined>;
  /** Renders from a quarantine; publishes nothing. */
  readonly render: (compartment: string, jail: WirePeer) => Promise<Rendered>;
  readonly pause: (compartment: string) => Promise<void>;
  /** The editions that can be rolled back to, newest first. */
  readonly listKept: (compartment: string) => Promise<KeptEditions>;
  readonly readKept: (compartment: string, number: number) => Promise<Signed>;
  readonly openFile: (compartment: string, sha256: string) => Promise<Readable>;
  /** Destroys a file of earlier editions. @throws EstateError `compartment.wrong_state` while the public sees it */
  readonly eraseFile: (compartment: string, sha256: string) => Promise<void>;
  /** Shows an earlier edition again and pauses; answers with the number that it got. */
  readonly rollBack: (compartment: string, number: number) => Promise<number>;
  /** After a recovery what its approved difference named as leaving may go. */
  readonly resume: (compartment: string, options: { readonly mayVanish: readonly string[] }) => Promise<void>;
};

const PART_BYTES = 67_108_864;
/** Manifests of fifty thousand pages are read, checked and signed. */
const SHELF_LIMIT_MS = 120_000;

async function readFile(peer: WirePeer, compartment: string, sha256: string): Promise<Uint8Array> {
  const { body } = await openWire(peer, { method: 'GET', path: `/editions/${compartment}/files/${sha256}` });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > PART_BYTES) throw new EstateError('edition.invalid', 'reading a part of an edition: it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function reachPublisher(peer: WirePeer, editionKeys: readonly VerifyingKey[]): PublisherPeer {
  const tell = async (path: string, given: object = {}) => {
    const { body } = await openWire(peer, { method: 'POST', path, body: given });
    body.resume();
  };
  return {
    eraseFile: (compartment, sha256) => tell(`/editions/${compartment}/erase`, { sha256 }),
    findEdition: async (compartment) => {
      const path = `/editions/${compartment}/latest`;
      const signed = await callWire(peer, { method: 'GET', path }, signedSchema.optional()).catch((error: unknown) => {
        if (hasCode(error, 'request.not_found')) return undefined;
        throw error;
      });
      if (signed === undefined) return undefined;
      const opened = openSigned(signed, { purpose: PURPOSES.edition, keys: editionKeys, schema: editionManifestSchema });
      return fillManifest(opened.value, ({ sha256 }) => readFile(peer, compartment, sha256));
    },
    render: async (compartment, jail) => {
      const body = { jail: { socket: jail.socket, secret: jail.secret } };
      const path = `/render/${compartment}`;
      return callWire(peer, { method: 'POST', path, body, timeoutMs: 1_800_000 }, renderedSchema);
    },
    pause: (compartment) => tell(`/editions/${compartment}/pause`),
    listKept: (compartment) =>
      callWire(peer, { method: 'GET', path: `/editions/${compartment}/kept`, timeoutMs: SHELF_LIMIT_MS }, keptSchema),
    readKept: (compartment, number) =>
      callWire(peer, { method: 'GET', path: `/editions/${compartment}/kept/${number}`, timeoutMs: SHELF_LIMIT_MS }, signedSchema),
    openFile: async (compartment, sha256) =>
      (await openWire(peer, { method: 'GET', path: `/editions/${compartment}/files/${sha256}` })).body,
    rollBack: async (compartment, number) => {
      const path = `/editions/${compartment}/rollback`;
      const schema = z.object({ number: z.number().int().positive() });
      return (await callWire(peer, { method: 'POST', path, body: { number }, timeoutMs: SHELF_LIMIT_MS }, schema)).number;
    },
    resume: (compartment, options) => tell(`/editions/${compartment}/resume`, options),
  };
}
