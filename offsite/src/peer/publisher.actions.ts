import {
  type EditionManifest,
  editionManifestSchema,
  fillManifest,
  languageSchema,
  openSigned,
  PURPOSES,
  publicPathSchema,
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

/** The publisher, as recovery uses it. */
export type PublisherPeer = {
  /** The current edition, its signature verified; undefined if none was published yet. */
  readonly findEdition: (compartment: string) => Promise<EditionManifest | undefined>;
  /** Renders from a quarantine; publishes nothing. */
  readonly render: (compartment: string, jail: WirePeer) => Promise<Rendered>;
  readonly pause: (compartment: string) => Promise<void>;
  /** After a recovery what its approved difference named as leaving may go. */
  readonly resume: (compartment: string, options: { readonly mayVanish: readonly string[] }) => Promise<void>;
};

const PART_BYTES = 67_108_864;

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
    resume: (compartment, options) => tell(`/editions/${compartment}/resume`, options),
  };
}
