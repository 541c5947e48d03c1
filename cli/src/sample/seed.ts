import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { languageSchema, originUrl } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { writeText } from '#estate/file.ts';
import { filesOf } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import type { Surroundings } from '../command.ts';
import { listSampleAccounts, type SampleAccount } from './accounts.ts';
import { NewsroomMember } from './newsroom.ts';
import { fileRecords } from './registry.ts';

const textsSchema = z.partialRecord(
  languageSchema,
  z.object({
    title: z.string(),
    summary: z.string(),
    body: z.string(),
    pictureAlt: z.string().optional(),
    changeNote: z.string().optional(),
    place: z.string().optional(),
  }),
);
type Texts = z.infer<typeof textsSchema>;
const articleSchema = z.object({
  slug: z.string(),
  kind: z.string(),
  picture: z.object({ file: z.string(), credit: z.string() }).optional(),
  /** Further fields of the form; `@slug` is the number of an article that stands before it. */
  fields: z.record(z.string(), z.string()).default({}),
  texts: textsSchema,
  updates: z.array(z.object({ texts: textsSchema })).default([]),
});
type SampleArticle = z.infer<typeof articleSchema>;
/** The form of compartments/website/sample/articles.json. */
const sampleSchema = z.object({ articles: z.array(articleSchema).max(100) });
const PUBLISHED_LIMIT_MS = 60_000;

/**
 * In a sample estate's first run its sample people write its content: an editor drafts and submits, a reviewer
 * approves, through the same door as everybody. Then waits until the public can read it.
 */
export async function seedSample(running: RunningEstate, surroundings: Surroundings): Promise<void> {
  const { paths, now, tell } = surroundings;
  const { seeded } = filesOf(paths);
  if (existsSync(seeded)) return untilPublished(running, '/');
  tell('  sample people write the sample content');
  const slugs = await writeArticles(running, surroundings);
  await fileRecords(running, surroundings);
  await writeText(seeded, `${JSON.stringify({ articles: slugs.length, at: now().toISOString() })}\n`, 0o644);
  const last = slugs.at(-1);
  await untilPublished(running, last === undefined ? '/' : `/en/news/${last}`);
}

/** @returns the slugs of what was written, in the order of approval */
async function writeArticles(running: RunningEstate, { paths, now, configuration }: Surroundings): Promise<string[]> {
  const directory = join(paths.checkout, 'compartments/website/sample');
  if (!existsSync(directory) || !running.estate.compartments.some(({ manifest }) => manifest.name === 'website')) return [];
  const { articles } = sampleSchema.parse(JSON.parse(await readFile(join(directory, 'articles.json'), 'utf8')));
  const accounts = await listSampleAccounts(running.headquarters);
  const certificates = configuration.tlsCertificate ? await readFile(configuration.tlsCertificate, 'utf8') : undefined;
  const asMember = (role: string) =>
    new NewsroomMember({
      origin: originUrl(running.estate, 'newsroom'),
      address: running.estate.listenAddress,
      account: withRole(accounts, role),
      now,
      certificates,
    });
  const editor = asMember('editor');
  const reviewer = asMember('reviewer');
  try {
    await Promise.all([editor.signIn(), reviewer.signIn()]);
    const numbers = new Map<string, number>();
    const pictures = join(directory, 'pictures');
    for (const article of articles)
      numbers.set(article.slug, await publish(nameNumbers(article, numbers), { editor, reviewer, pictures }));
  } finally {
    editor.leave();
    reviewer.leave();
  }
  return articles.map(({ slug }) => slug);
}

function nameNumbers(article: SampleArticle, numbers: ReadonlyMap<string, number>): SampleArticle {
  const resolve = (text: string) => text.replaceAll(/@([a-z0-9-]+)/g, (_, slug: string) => String(numbers.get(slug) ?? 0));
  const isNamed = (name: string) => /^(?:topics|bodies|contacts|block-)/.test(name);
  const fields = Object.entries(article.fields).map(([name, value]) => [name, isNamed(name) ? resolve(value) : value]);
  return { ...article, fields: Object.fromEntries(fields) };
}

type Staff = { readonly editor: NewsroomMember; readonly reviewer: NewsroomMember; readonly pictures: string };

/** @returns the number of the article */
async function publish(article: SampleArticle, { editor, reviewer, pictures }: Staff): Promise<number> {
  let draft = await editor.createDraft({ kind: article.kind, slug: article.slug, ...article.fields, ...fieldsOf(article.texts) });
  if (article.picture) {
    const bytes = new Uint8Array(await readFile(join(pictures, article.picture.file)));
    const file = new File([bytes], article.picture.file, { type: 'image/png' });
    draft = await editor.addPicture(draft, file, { credit: article.picture.credit, ...altsOf(article.texts) });
  }
  await reviewer.approve(await editor.submit(draft));
  for (const update of article.updates) {
    const begun = await editor.beginUpdate(draft.id);
    await reviewer.approve(await editor.submit(await editor.change(begun, fieldsOf(update.texts))));
  }
  return draft.id;
}

/** Texts as the fields of the editor's form. */
function fieldsOf(texts: Texts): Record<string, string> {
  const fields = Object.entries(texts).flatMap(([language, { title, summary, body, changeNote, place }]) => [
    [`title-${language}`, title],
    [`summary-${language}`, summary],
    [`body-${language}`, body],
    ...(changeNote ? [[`note-${language}`, changeNote]] : []),
    ...(place ? [[`place-${language}`, place]] : []),
  ]);
  return Object.fromEntries(fields);
}

function altsOf(texts: Texts): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([language, { pictureAlt }]) => [`alt-${language}`, pictureAlt ?? '']));
}

function withRole(accounts: readonly SampleAccount[], role: string): SampleAccount {
  const found = accounts.find(({ roles }) => roles['website']?.includes(role));
  if (!found) throw new EstateError('config.invalid', `writing sample content: no sample account is ${role} of the website`);
  return found;
}

/** The publisher renders what was approved within moments: a start that says "up" before would show an empty site. */
async function untilPublished(running: RunningEstate, path: string): Promise<void> {
  const editions = running.estate.compartments.filter(({ manifest }) => manifest.edition !== undefined);
  const visitor = new Visitor({
    address: running.estate.listenAddress,
    ...(running.estate.tls ? { certificates: await readFile(running.estate.tls.certificateFile, 'utf8') } : {}),
  });
  const deadline = performance.now() + PUBLISHED_LIMIT_MS;
  try {
    for (const { manifest } of editions) {
      const url = `${originUrl(running.estate, manifest.edition?.origin ?? '')}${manifest.name === 'website' ? path : '/'}`;
      while ((await visitor.visit(url).catch(() => undefined))?.status !== 200) {
        if (performance.now() > deadline)
          throw new EstateError(
            'process.unhealthy',
            `waiting for the public pages of ${manifest.name}: ${url} does not answer with a page`,
          );
        await sleepMs(100);
      }
    }
  } finally {
    visitor.leave();
  }
}
