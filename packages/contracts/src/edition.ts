import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { compartmentNameSchema, instantSchema, languageSchema, sha256Schema } from './name.ts';

/** The path of a published page: absolute, no query, no dot segments, no percent-encoding of plain characters. */
export const publicPathSchema = z
  .string()
  .max(500)
  .regex(/^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?)?$/, 'must be a plain absolute path')
  .refine((path) => !path.split('/').some((segment) => segment === '.' || segment === '..'), 'must have no dot segments');

/** How many files of an edition the publisher sends in one answer. */
export const EDITION_FILES_AT_ONCE = 256;

/** On each answer from a frozen copy: the number of the edition. A copy is never made of a copy. */
export const FROZEN_HEADER = 'bulkhead-frozen';

export const editionFileSchema = z.object({
  path: publicPathSchema,
  /** 200, 410 for what was withdrawn, 301 with a `location` header; the page at /404 answers what is not found. */
  status: z.union([z.literal(200), z.literal(301), z.literal(404), z.literal(410)]),
  language: languageSchema.nullable(),
  headers: z.record(
    z.string().regex(/^[a-z-]{2,40}$/),
    z
      .string()
      .max(500)
      .regex(/^[\t\x20-\x7e]*$/),
  ),
  sha256: sha256Schema,
  bytes: z.number().int().min(0).max(67_108_864),
  /** A page that runs scripts of the edition itself, each of which is a file of the code; all others run none. */
  scripts: z.literal(true).optional(),
});
export type EditionFile = z.infer<typeof editionFileSchema>;

/** A list of files that stands beside the manifest: a JSON array of `editionFileSchema`, named by its digest. */
export const editionPartSchema = z.object({
  sha256: sha256Schema,
  bytes: z.number().int().min(2).max(67_108_864),
  files: z.number().int().positive().max(200_000),
});
export type EditionPart = z.infer<typeof editionPartSchema>;
export const editionPartFilesSchema = z.array(editionFileSchema).min(1).max(200_000);

/** An edition: every public page of a compartment at one moment, signed by the publisher. */
export const editionManifestSchema = z.object({
  compartment: compartmentNameSchema,
  /** Only grows. */
  number: z.number().int().positive(),
  publishedAt: instantSchema,
  /** Not adopted after this instant; one already adopted goes on being served. */
  expiresAt: instantSchema,
  /** WAL position of the rows it was rendered from. */
  lsn: z.string().max(20),
  files: z.array(editionFileSchema).max(200_000),
  /** The files of a large edition; then `files` is empty as it is signed, and filled from the parts when it is read. */
  parts: z.array(editionPartSchema).min(1).max(4096).optional(),
  /** Present for copies of what an adopted application answered: two persons approved nothing of it. */
  crawled: z
    .object({
      copiedAt: instantSchema,
      /** Of the answers as they came, before the note was put in: equal copies are one edition. */
      sha256: sha256Schema,
      /** Addresses that were named, and are not in the copy. */
      leftOut: z.number().int().min(0),
    })
    .optional(),
  /** What its pages claim to be approved, such as `article 12`: a later edition leaves none of these out. */
  subjects: z.array(z.string().max(200)).max(200_000).optional(),
});
export type EditionManifest = z.infer<typeof editionManifestSchema>;

/** Headers that a manifest may set; all others are the server's. */
const FROM_MANIFEST = [
  'content-type',
  'content-language',
  'content-disposition',
  'cache-control',
  'location',
  'link',
  'x-robots-tag',
];

/** What a file is answered with besides the headers of every answer. */
export function headersOf(file: EditionFile): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of FROM_MANIFEST) {
    const value = file.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  headers['content-type'] ??= 'application/octet-stream';
  headers['cache-control'] ??= 'no-cache';
  if (file.language !== null) headers['content-language'] ??= file.language;
  return headers;
}

/**
 * Fills a manifest with the files of its parts, each held against its digest.
 * @throws EstateError `edition.invalid`, and what the reader throws
 */
export async function fillManifest(
  manifest: EditionManifest,
  read: (part: EditionPart) => Promise<Uint8Array>,
): Promise<EditionManifest> {
  if (!manifest.parts) return manifest;
  const files: EditionFile[] = [];
  for (const part of manifest.parts) {
    const bytes = await read(part);
    if (sha256Hex(bytes) !== part.sha256)
      throw new EstateError('edition.invalid', `reading the part ${part.sha256} of an edition: its bytes have another digest`);
    files.push(...editionPartFilesSchema.parse(JSON.parse(new TextDecoder().decode(bytes))));
  }
  return { ...manifest, files };
}

/** Line 1 of what a renderer (`src/edition.ts`) reads on standard input. */
/** So many erased contents a renderer is told of at most. */
export const ERASED_LIMIT = 200;
export const renderRequestSchema = z.object({
  publicOrigin: z.string(),
  organisation: z.string(),
  isSample: z.boolean(),
  now: instantSchema,
  /** Contents that two operators erased: what names them is not shown, and what was shown before stays. */
  erased: z.array(sha256Schema).max(ERASED_LIMIT).default([]),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;
/** The further lines: rows of the declared tables. In a later round, `gone` for one that is as given no more. */
export const renderRowSchema = z.object({
  table: z.string(),
  row: z.record(z.string(), z.unknown()),
  gone: z.literal(true).optional(),
});
export type RenderRow = z.infer<typeof renderRowSchema>;

/**
 * Ends the rows of a round: what they show is written, a file a line; of what an earlier round of the same process wrote,
 * only what is another now, and `{gone}` for what is no more. A `renderedRoundSchema` line ends the round.
 * Without any such line the rows end with the input, and every file is written.
 */
export const renderRoundSchema = z.strictObject({ round: z.number().int().positive(), now: instantSchema });
export type RenderRound = z.infer<typeof renderRoundSchema>;

/** A claim that two people approved what a page shows; the publisher verifies each token. */
export const evidenceSchema = z.object({
  /** For people: `article 12, version 3`. */
  what: z.string().max(200),
  /** What the claim is about through all its versions: `article 12`. Once shown it stays in every edition, shown or withdrawn. */
  subject: z.string().min(1).max(200).optional(),
  digest: sha256Schema,
  /** Provenance tokens of requests whose path ends in `/<digest>`: the submitter's and the approver's. None is a claim without proof. */
  tokens: z.array(z.string().max(8192)).max(10),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** A line of what a renderer writes on standard output: a page, or an asset. */
export const renderedFileSchema = z.object({
  path: publicPathSchema,
  status: editionFileSchema.shape.status,
  language: languageSchema.nullable(),
  headers: editionFileSchema.shape.headers,
  /** Base64; or the digest of a blob whose bytes the publisher takes from the vault. */
  body: z.union([z.object({ base64: z.string().max(33_554_432) }), z.object({ blob: sha256Schema })]),
  evidence: z.array(evidenceSchema).max(1000),
});
export type RenderedFile = z.infer<typeof renderedFileSchema>;

/** The last line of a round: how many files there are in all, and when the same rows show something else. */
export const renderedRoundSchema = z.strictObject({
  round: z.number().int().positive(),
  files: z.number().int().min(0).max(200_000),
  nextAt: instantSchema.nullable(),
});
export type RenderedRound = z.infer<typeof renderedRoundSchema>;
export const renderedGoneSchema = z.strictObject({ gone: publicPathSchema });
