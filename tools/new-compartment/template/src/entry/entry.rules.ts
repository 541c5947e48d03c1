import type { Brand } from '@bulkhead/kernel';
import { toldAs } from '@bulkhead/web';
import { z } from 'zod';
import { inAllLanguages } from '#words/words.ts';

export const TITLE_LIMIT = 120;
export const BODY_LIMIT = 4000;
export const PAGE_SIZE = 50;

export type EntryId = Brand<number, 'EntryId'>;
export type Person = { readonly accountId: string; readonly name: string };
export type Entry = {
  readonly id: EntryId;
  readonly title: string;
  readonly body: string;
  readonly addedBy: Person;
  readonly addedAt: Date;
};
export type NewEntry = Omit<Entry, 'id'>;
/** One page of a list; pages count from 1. */
export type Page = { readonly number: number; readonly count: number };

/** What the form of an entry asks for. */
export const entryFormSchema = z.object({
  title: z
    .string()
    .transform(tidyLine)
    .pipe(
      z
        .string()
        .min(1)
        .max(TITLE_LIMIT)
        .refine(saysSomething, toldAs(inAllLanguages('saysNothing'))),
    ),
  body: z
    .string()
    .transform((text) => text.trim())
    .pipe(z.string().max(BODY_LIMIT)),
});
export type Written = z.infer<typeof entryFormSchema>;

/** The entry that somebody's form makes. */
export function writeEntry(written: Written, addedBy: Person, now: Date): NewEntry {
  return { ...written, addedBy, addedAt: now };
}

/** The page that is shown when `asked` is wanted of so many entries: the nearest that exists. */
export function choosePage(asked: number, entries: number): Page {
  const count = Math.max(1, Math.ceil(entries / PAGE_SIZE));
  return { number: Math.min(Math.max(1, asked), count), count };
}

/** The page that an address asks for; the first if it asks for none. */
export function readPageNumber(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1;
}

function tidyLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function saysSomething(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
