import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import {
  type CompartmentApp,
  type CompartmentContext,
  fillIn,
  IMAGE_TYPES,
  readForm,
  readUpload,
  requirePerson,
  transactFor,
  wantsJson,
} from '@bulkhead/web';
import { z } from 'zod';
import { type KeptPicture, keepPicture, recallPicture, type Storing, storePicture } from '#picture/picture.actions.ts';
import { PICTURE_LIMIT_BYTES } from '#picture/picture.rules.ts';
import { websiteWords } from '#words/words.ts';
import { type Focus, languagesOf, TEXT_LIMITS, type Version } from './article.rules.ts';
import { changePicture, type ShownPicture } from './draft.actions.ts';
import { picturePage } from './picture-form.views.ts';
import { readVersion } from './reading.actions.ts';
import { answerPage, namedIn, provingOf, type RouteDeps, visitOf } from './visit.actions.ts';
import { answerStanding, tellRefusal } from './visit.routes.ts';
import { linkTo, versionPath } from './visit.rules.ts';

const lineSchema = (limit: number) =>
  z
    .string()
    .max(limit)
    .transform((text) => text.replaceAll(/\s+/g, ' ').trim())
    .default('');
const revisionSchema = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .default(0);
const percentSchema = z
  .string()
  .regex(/^(?:100|\d{1,2})?$/)
  .default('');
const pictureSchema = z.object({
  ...Object.fromEntries(LANGUAGES.map((language) => [`alt-${language}`, lineSchema(TEXT_LIMITS.pictureAlt)])),
  credit: lineSchema(TEXT_LIMITS.credit),
  'focus-x': percentSchema,
  'focus-y': percentSchema,
  revision: revisionSchema,
  kept: z
    .string()
    .regex(/^(?:[0-9a-f]{64})?$/)
    .default(''),
});
const removeSchema = z.object({ revision: revisionSchema });

export type PictureDeps = RouteDeps & Storing;

/** The picture of a draft. Its bytes are in the vault before the row that names them is written. */
export function addPictureRoutes(app: CompartmentApp, deps: PictureDeps): void {
  const reading = { db: deps.database.read };

  app.get('/articles/:id/versions/:number/picture', async (c) => {
    const { articleId, number } = namedIn(c);
    const version = await readVersion(reading, articleId, number);
    if (version.state !== 'draft') return c.redirect(linkTo(visitOf(c, deps), versionPath(articleId, number)), 303);
    return answerPage(c, picturePage(visitOf(c, deps), { version, values: valuesOf(version), faults: {} }));
  });

  app.post('/articles/:id/versions/:number/picture', async (c) => {
    const { articleId, number } = namedIn(c);
    const version = await readVersion(reading, articleId, number);
    const given = await readPictureForm(c, deps, version);
    if (!given.ok) return answerFaults(c, deps, { ...given, version });
    return change(c, deps, { seenRevision: given.seenRevision, picture: given.picture });
  });

  app.post('/articles/:id/versions/:number/picture/remove', async (c) => {
    const form = readForm(c, removeSchema);
    return change(c, deps, { seenRevision: form.ok ? form.value.revision : 0, picture: null });
  });
}

function valuesOf(version: Version): Record<string, string> {
  const alts = languagesOf(version.content).map((language) => [
    `alt-${language}`,
    version.content.texts[language]?.pictureAlt ?? '',
  ]);
  return {
    ...Object.fromEntries(alts),
    credit: version.content.picture?.credit ?? '',
    'focus-x': String(version.content.picture?.focus?.x ?? ''),
    'focus-y': String(version.content.picture?.focus?.y ?? ''),
    revision: String(version.revision),
  };
}

type ReadPicture =
  | { readonly ok: true; readonly seenRevision: number; readonly picture: ShownPicture }
  | {
      readonly ok: false;
      readonly faults: Record<string, string>;
      readonly values: Record<string, string>;
      readonly kept?: string;
    };

async function readPictureForm(c: CompartmentContext, deps: PictureDeps, version: Version): Promise<ReadPicture> {
  const form = await readUpload(c, pictureSchema, {
    files: {
      picture: {
        accept: IMAGE_TYPES,
        maxBytes: PICTURE_LIMIT_BYTES,
        store: (content) => storeOrRefuse(deps, content),
      },
    },
  });
  const words = websiteWords(c.var.language);
  const typed = Object.fromEntries(
    Object.entries(form.values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const uploaded = form.files['picture'];
  const kept = uploaded ?? (typed['kept'] ? await recallPicture({ db: deps.database.read }, typed['kept']) : null);
  const faults: Record<string, string> = form.ok ? {} : { ...form.faults };
  if (uploaded === null) faults['picture'] = words.faultPictureBroken;
  else if (!kept && !version.content.picture) faults['picture'] ??= words.faultPictureNone;
  if (!typed['alt-en']?.trim()) faults['alt-en'] ??= words.faultPictureAlt;
  if (!typed['credit']?.trim())
    faults['credit'] ??= fillIn(words.inLanguageColon, { language: words.credit, what: words.missing });
  if (form.ok && Object.keys(faults).length === 0) {
    const values: Readonly<Record<string, unknown>> = form.value;
    const alts = Object.fromEntries(
      LANGUAGES.map((language): [Language, string] => [language, String(values[`alt-${language}`])]),
    );
    const focus = focusOf(form.value['focus-x'], form.value['focus-y']);
    return { ok: true, seenRevision: form.value.revision, picture: { kept, credit: form.value.credit, focus, alts } };
  }
  // Noted now: it need not be sent, and made, again when the rest is put right.
  if (uploaded) await noteUpload(c, deps, uploaded);
  return { ok: false, faults, values: typed, ...(kept ? { kept: kept.sha256 } : {}) };
}

function noteUpload(c: CompartmentContext, deps: PictureDeps, picture: KeptPicture): Promise<void> {
  const { accountId } = requirePerson(c);
  return transactFor(c, deps.database)((trx) => keepPicture(trx, picture, { accountId, at: deps.now() }));
}

function focusOf(x: string, y: string): Focus | null {
  return x === '' && y === '' ? null : { x: Number(x || '50'), y: Number(y || '50') };
}

/** Null for bytes that are no whole picture: the field is told, and what was typed beside it is kept. */
async function storeOrRefuse(deps: PictureDeps, content: Parameters<typeof storePicture>[1]): Promise<KeptPicture | null> {
  try {
    return await storePicture(deps, content);
  } catch (error) {
    if (hasCode(error, 'picture.refused')) return null;
    throw error;
  }
}

async function change(
  c: CompartmentContext,
  deps: PictureDeps,
  given: { readonly seenRevision: number; readonly picture: ShownPicture | null },
): Promise<Response> {
  const named = namedIn(c);
  try {
    return answerStanding(c, visitOf(c, deps), await changePicture(provingOf(c, deps), named, given));
  } catch (error) {
    if (!hasCode(error, 'article.changed_meanwhile')) return tellRefusal(c, deps, { error, articleId: named.articleId });
    return answerChanged(c, deps, given.picture);
  }
}

async function answerChanged(c: CompartmentContext, deps: PictureDeps, picture: ShownPicture | null): Promise<Response> {
  const { articleId, number } = namedIn(c);
  const version = await readVersion({ db: deps.database.read }, articleId, number);
  if (picture?.kept) await noteUpload(c, deps, picture.kept);
  const text = fillIn(websiteWords(c.var.language).toldChangedMeanwhile, { name: version.changed.name });
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'article.changed_meanwhile', message: text }, 409);
  const alts = Object.entries(picture?.alts ?? {}).map(([language, alt]) => [`alt-${language}`, alt]);
  const typed = picture ? { credit: picture.credit, ...Object.fromEntries(alts) } : {};
  const shown = {
    version,
    values: { ...valuesOf(version), ...typed },
    faults: {},
    kept: picture?.kept?.sha256,
    notice: { tone: 'notice' as const, text },
  };
  return answerPage(c, picturePage(visitOf(c, deps), shown), 409);
}

function answerFaults(
  c: CompartmentContext,
  deps: PictureDeps,
  shown: {
    readonly version: Version;
    readonly values: Record<string, string>;
    readonly faults: Record<string, string>;
    readonly kept?: string;
  },
): Response {
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'input.invalid', faults: shown.faults }, 422);
  return answerPage(c, picturePage(visitOf(c, deps), shown), 422);
}
