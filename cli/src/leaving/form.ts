import { languageSchema, sha256Schema } from '@bulkhead/contracts';
import { z } from 'zod';

/** The files of an export, and the form of the few things in them that this command itself relies on. */
export const FILES = { summary: 'export.json', sums: 'SHA256SUMS', words: 'README.txt' } as const;
export const FORMAT = 1;

const idSchema = z.number().int().min(1).max(999_999_999);
const pictureSchema = z.object({ sha256: sha256Schema, file: z.string().regex(/^pictures\/[0-9a-f]{64}\.(?:jpg|png|webp)$/) });
export type ExportedPicture = z.infer<typeof pictureSchema>;

export const articleSchema = z.looseObject({ line: z.literal('article'), article: idSchema, format: z.literal(FORMAT) });
export const versionSchema = z.looseObject({
  line: z.literal('version'),
  article: idSchema,
  number: idSchema,
  format: z.literal(FORMAT),
  pictures: z.array(pictureSchema).max(200),
  pages: z.partialRecord(languageSchema, z.string()),
});
export const lineSchema = z.discriminatedUnion('line', [
  articleSchema,
  versionSchema,
  z.object({ line: z.literal('more'), after: z.string().regex(/^\d{1,9}\.\d{1,9}$/) }),
  z.object({ line: z.literal('end'), format: z.literal(FORMAT) }),
]);

const countSchema = z.number().int().min(0);
export const summarySchema = z.object({
  format: z.literal(FORMAT),
  what: z.literal('website'),
  from: z.string(),
  exportedAt: z.iso.datetime(),
  articles: countSchema,
  versions: countSchema,
  pages: countSchema,
  pictures: countSchema,
  files: countSchema,
  /** Of SHA256SUMS, and with it of all files. */
  sha256: sha256Schema,
});
export type Summary = z.infer<typeof summarySchema>;

export function articleDirectory(article: number): string {
  return `articles/${String(article).padStart(9, '0')}`;
}

export function versionFile(article: number, number: number): string {
  return `${articleDirectory(article)}/version-${String(number).padStart(4, '0')}.json`;
}

/** What stands beside the files, for whoever finds them in twenty years. */
export const WORDS = `This is everything that a website's newsroom held: plain files that need no particular program.

export.json   when and from where this was taken, how many of what, and the SHA-256 of SHA256SUMS
SHA256SUMS    the SHA-256 of every other file: "sha256sum --check SHA256SUMS" finds what was changed or lost
articles/     a directory for each article, by its number
  article.json        its addresses (isKept: it was public there), its versions, and which of them stands for it:
                      the one that is or was public, else the newest
  version-NNNN.json   a version, whole: its state, who wrote, submitted and decided it and when, its history, the reasons
                      for a withdrawal, and its content: kind, address, topics, bodies and contacts (numbers of articles
                      here), schedule, picture with credit and focus, and in each language title, summary, description of
                      the picture, note of what changed, and body, which is a tree of paragraphs, headings, lists, quotes,
                      figures, tables and links
  <language>.html     the words of the version that stands for the article, as a page to look at
pictures/     each picture once, in its widest form; named by its SHA-256

All times are UTC. Names of persons are in it, and drafts that nobody approved: keep it as you keep those.
Not in it: what persons were typing and had not saved, secrets of preview links, signatures, narrower forms of pictures.
"bulkhead import website <this directory> --from bulkhead" writes the articles as drafts into another newsroom.
`;
