import {
  type EditionManifest,
  editionManifestSchema,
  languageSchema,
  openSigned,
  PURPOSES,
  publicPathSchema,
  sha256Schema,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
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
      return opened.value;
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
