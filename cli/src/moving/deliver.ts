import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { Page } from '@bulkhead/visitor';
import { z } from 'zod';
import type { NewsroomMember } from '#sample/newsroom.ts';
import type { Converted, Lead, Moved, Refused } from './converter.ts';
import type { Memory } from './memory.ts';
import { type MissingPicture, type Offer, PictureBearer } from './pictures.ts';

export type Told = { readonly where: string; readonly title: string; readonly id: number };
/** What became of each text of an export. */
export type Delivery = {
  readonly imported: Told[];
  /** Moved in before, and not the same on the old site any more: the draft or article here is left alone. */
  readonly changed: Told[];
  readonly unchanged: number;
  readonly refused: Refused[];
  readonly redirectDrafts: { readonly id: number; readonly count: number }[];
  readonly pictures: {
    readonly brought: number;
    readonly missing: readonly MissingPicture[];
    readonly undescribed: readonly { readonly where: string; readonly src: string }[];
  };
  /** Articles that others name, and that are not here: the names were left out. */
  readonly unnamed: { readonly where: string; readonly field: string }[];
};

/** Of one draft of redirects: their lines stay under the length that its form takes. */
const LEADS_IN_DRAFT = 600;
const LEAD_CHARACTERS = 390_000;
const TRIES = 30;
const answerSchema = z.object({ id: z.number().int() });
const faultsSchema = z.object({ code: z.string(), faults: z.record(z.string(), z.string()).default({}) });

type Door = Pick<NewsroomMember, 'offer'>;
type Wait = (ms: number) => Promise<void>;
export type Delivering = {
  /** Without it nothing is written, and all else is told. */
  readonly door: Door | null;
  readonly memory: Memory;
  /** Where the files of pictures are. */
  readonly pictureRoot?: string | null;
  readonly wait?: Wait;
};

/** Writes each text as a draft, through the newsroom's own form. Without a door nothing is written, and all else is told. */
export async function deliver(
  converted: Converted,
  { door, memory, pictureRoot = null, wait = sleepMs }: Delivering,
): Promise<Delivery> {
  const delivery = {
    imported: [] as Told[],
    changed: [] as Told[],
    unchanged: 0,
    refused: [...converted.refused],
    unnamed: [] as Delivery['unnamed'],
  };
  const offer: Offer | null = door && ((path, form) => offerPatiently(door, path, form, wait));
  const bearer = new PictureBearer({ root: pictureRoot, offer });
  for (const moved of converted.moved) {
    const { key, where, title, digest } = moved;
    const known = memory.find(key);
    if (known && known.digest === digest) delivery.unchanged += 1;
    else if (known) delivery.changed.push({ where, title, id: known.id });
    else {
      const { form, unnamed } = formOf(await bearer.place(moved), moved, memory);
      const id = door === null ? 0 : await offerDraft(door, form, wait);
      if (typeof id === 'string') delivery.refused.push({ where, why: id });
      else {
        delivery.imported.push({ where, title, id });
        if (door !== null) delivery.unnamed.push(...unnamed);
        await bearer.lead(moved, id);
        if (door !== null) await memory.note({ key, digest, id, redirects: moved.redirects });
      }
    }
  }
  const redirectDrafts = door === null ? [] : await leadOn(door, { memory, others: converted.redirects, wait });
  const { brought, missing, undescribed } = bearer;
  return { ...delivery, redirectDrafts, pictures: { brought, missing, undescribed } };
}

/** The form of a draft: what it names has the numbers that those articles have here. */
function formOf(
  fields: Readonly<Record<string, string>>,
  { names, where }: Pick<Moved, 'names' | 'where'>,
  memory: Memory,
): { readonly form: URLSearchParams; readonly unnamed: Delivery['unnamed'] } {
  const form = new URLSearchParams(fields);
  const unnamed: Delivery['unnamed'] = [];
  for (const { field, before, keys } of names) {
    const ids = keys.flatMap((key) => memory.find(key)?.id ?? []);
    if (ids.length < keys.length) unnamed.push({ where, field });
    const [, slot] = /^(block-\d+)-/.exec(field) ?? [];
    if (slot === undefined) for (const id of ids) form.append(field, String(id));
    else if (ids.length > 0) form.set(field, `${before}${ids.join(', ')}`);
    else for (const part of ['kind', 'of', 'count', 'articles']) form.delete(`${slot}-${part}`);
  }
  return { form, unnamed };
}

/** @returns the number of the article, or why it was refused */
async function offerDraft(door: Door, form: URLSearchParams, wait: Wait): Promise<number | string> {
  const page = await offerPatiently(door, '/articles', form, wait);
  if (page.status === 201) return answerSchema.parse(JSON.parse(page.text)).id;
  if (page.status === 409) return 'there is an article with this address already';
  if (page.status !== 422) throw refusedBy(page);
  const { faults } = faultsSchema.parse(JSON.parse(page.text));
  return Object.entries(faults)
    .map(([field, why]) => `${field}: ${why}`)
    .join('; ');
}

/** The newsroom takes so many forms a minute from one person: told to wait, it waits. */
async function offerPatiently(door: Door, path: string, form: URLSearchParams | FormData, wait: Wait): Promise<Page> {
  for (let left = TRIES; ; left -= 1) {
    const page = await door.offer(path, form);
    if ((page.status !== 429 && page.status !== 503) || left === 0) return page;
    const seconds = Number(page.headers['retry-after']);
    await wait(Math.min(60, Number.isFinite(seconds) && seconds > 0 ? seconds : 5) * 1000);
  }
}

async function leadOn(
  door: Door,
  { memory, others, wait }: { readonly memory: Memory; readonly others: readonly Lead[]; readonly wait: Wait },
): Promise<{ readonly id: number; readonly count: number }[]> {
  const drafts: { id: number; count: number }[] = [];
  const leads = [...memory.leadsToDo(), ...others.filter(({ from }) => !memory.isLed(from))];
  let number = 1;
  for (const part of inParts(leads)) {
    const lines = part.map(({ from, to }) => `${from} ${to}`).join('\n');
    for (;;) {
      const title = `Addresses of the former site (${number})`;
      const fields = { kind: 'redirects', slug: `former-site-${number}`, 'title-en': title, redirects: lines };
      number += 1;
      const page = await offerPatiently(door, '/articles', new URLSearchParams(fields), wait);
      if (page.status === 409 && number < 1000) continue;
      if (page.status !== 201) throw refusedBy(page);
      const { id } = answerSchema.parse(JSON.parse(page.text));
      await memory.note({ led: part.map(({ from }) => from), id });
      drafts.push({ id, count: part.length });
      break;
    }
  }
  return drafts;
}

function inParts(leads: readonly Lead[]): Lead[][] {
  const parts: Lead[][] = [];
  let characters = 0;
  for (const lead of leads) {
    const length = lead.from.length + lead.to.length + 2;
    const last = parts.at(-1);
    if (last && last.length < LEADS_IN_DRAFT && characters + length < LEAD_CHARACTERS) {
      last.push(lead);
      characters += length;
    } else {
      parts.push([lead]);
      characters = length;
    }
  }
  return parts;
}

function refusedBy(page: Page): EstateError {
  return new EstateError(
    'wire.refused',
    `writing a draft: status ${page.status}: ${page.text.slice(0, 400)}. What was imported so far is noted: run the same command again`,
  );
}
