import { createHash } from 'node:crypto';
import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { isLanguage } from '@bulkhead/web';
import { isEmail, normaliseEmail } from '#account/account.rules.ts';
import { isPlainText } from '#site/plain-text.rules.ts';

/** What a directory says of a person. */
export type ScimWish = {
  readonly userName: string;
  readonly externalId: string | null;
  readonly givenName: string;
  readonly familyName: string;
  readonly displayName: string;
  readonly email: string;
  readonly language: Language;
  readonly isActive: boolean;
};
export type ScimPerson = ScimWish & {
  readonly id: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
  /** The directory took it out of use, and may take it into use again. */
  readonly isSuspended: boolean;
};
export type ScimPage = { readonly startIndex: number; readonly count: number };

export const MOST_SHOWN = 200;
const USUAL_SHOWN = 100;
export const LONGEST_USER_NAME = 254;
const LONGEST_EXTERNAL_ID = 255;
const LONGEST_NAME = 200;

/** A JSON object, its keys read without regard to capitals, as attribute names are (RFC 7643, 2.1). */
export type Attributes = Readonly<Record<string, unknown>>;

export function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function attributeOf(given: Attributes, name: string): unknown {
  const wanted = name.toLowerCase();
  return Object.entries(given).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** @throws EstateError `scim.invalid_value` */
export function invalidValue(detail: string): EstateError {
  return new EstateError('scim.invalid_value', detail);
}

/**
 * Reads a User as a directory sends it. What we do not keep of it counts as not said.
 * @throws EstateError `scim.invalid_value`
 */
export function readUser(given: Attributes, before?: ScimWish): ScimWish {
  const userName = textOf(given, 'userName', LONGEST_USER_NAME) ?? '';
  if (userName === '' || !isPlainText(userName)) throw invalidValue('userName is missing, or is not plain text');
  const name = attributeOf(given, 'name');
  const names = isAttributes(name) ? name : {};
  const givenName = textOf(names, 'givenName', LONGEST_NAME) ?? '';
  const familyName = textOf(names, 'familyName', LONGEST_NAME) ?? '';
  const formatted = textOf(names, 'formatted', LONGEST_NAME) ?? '';
  const displayName = textOf(given, 'displayName', LONGEST_NAME) || formatted || `${givenName} ${familyName}`.trim() || userName;
  for (const text of [displayName, givenName, familyName])
    if (text.length > LONGEST_NAME || (text !== '' && !isPlainText(text))) throw invalidValue('a name is not plain text');
  const told = (textOf(given, 'preferredLanguage', 100) ?? '').slice(0, 2).toLowerCase();
  return {
    userName,
    externalId: textOf(given, 'externalId', LONGEST_EXTERNAL_ID) || null,
    givenName,
    familyName,
    displayName,
    email: emailIn(given, userName, before),
    language: isLanguage(told) ? told : (before?.language ?? 'en'),
    isActive: readActive(attributeOf(given, 'active')),
  };
}

/** True unless told; Entra ID says it in words. */
function readActive(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalidValue('active must be true or false');
}

function emailIn(given: Attributes, userName: string, before: ScimWish | undefined): string {
  const emails = attributeOf(given, 'emails');
  if (Array.isArray(emails) && emails.length > 0) {
    const entries: readonly unknown[] = emails.slice(0, 20);
    const all = entries.filter(isAttributes);
    const chosen =
      all.find((one) => attributeOf(one, 'primary') === true) ?? all.find((one) => attributeOf(one, 'type') === 'work') ?? all[0];
    const value = chosen ? normaliseEmail(textOf(chosen, 'value', 300) ?? '') : '';
    if (isEmail(value)) return value;
    throw invalidValue('emails: the one that counts is not an address');
  }
  const named = normaliseEmail(userName);
  if (isEmail(named)) return named;
  if (before) return before.email;
  throw invalidValue('emails is missing, and userName is no address');
}

function textOf(given: Attributes, name: string, longest: number): string | undefined {
  const value = attributeOf(given, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > longest)
    throw invalidValue(`${name} must be a text of at most ${longest} characters`);
  return value.trim().normalize('NFC');
}

/** The attributes that a directory can change, as it would send them: what a PATCH is applied to. */
export function writeUser(wish: ScimWish): Attributes {
  return {
    userName: wish.userName,
    ...(wish.externalId === null ? {} : { externalId: wish.externalId }),
    name: { givenName: wish.givenName, familyName: wish.familyName, formatted: wish.displayName },
    displayName: wish.displayName,
    preferredLanguage: wish.language,
    active: wish.isActive,
    emails: [{ value: wish.email, type: 'work', primary: true }],
  };
}

/** A version of what is shown: it changes with it, and with nothing else. */
export function versionOf(shown: unknown): string {
  return `W/"${createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)}"`;
}

export function versionOfUser(person: ScimWish): string {
  return versionOf(writeUser(person));
}

/**
 * Refuses a change of what somebody else has changed since it was read.
 * @throws EstateError `scim.changed`
 */
export function requireVersion(ifMatch: string | undefined, version: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.split(',').some((one) => one.trim() === version)) return;
  throw new EstateError('scim.changed', 'the resource has changed since the version in If-Match');
}

export type FilterAttribute = 'username' | 'externalid' | 'emails.value' | 'displayname';
export type FilterTerm = { readonly attribute: FilterAttribute; readonly value: string };

const TERM = /^\s*([A-Za-z.:0-9]+)\s+eq\s+("(?:[^"\\]|\\["\\/bfnrtu])*")\s*/i;
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/;
const MOST_TERMS = 5;
const LONGEST_FILTER = 1000;

/**
 * Reads a filter: `attribute eq "value"`, joined by `and`.
 * @throws EstateError `scim.invalid_filter` for all else
 */
export function readFilter(text: string | undefined, known: readonly FilterAttribute[]): FilterTerm[] {
  if (text === undefined) return [];
  const terms: FilterTerm[] = [];
  let rest = text;
  while (text.length <= LONGEST_FILTER && terms.length < MOST_TERMS) {
    const found = TERM.exec(rest);
    const name = found?.[1]?.toLowerCase().replace(CORE, '');
    const attribute = known.find((one) => one === (name === 'emails' ? 'emails.value' : name));
    const value = parseText(found?.[2] ?? '');
    if (!found || attribute === undefined || value === null) break;
    terms.push({ attribute, value });
    rest = rest.slice(found[0].length);
    if (rest === '') return terms;
    if (!/^and\s/i.test(rest)) break;
    rest = rest.slice(3);
  }
  throw new EstateError('scim.invalid_filter', `only ${known.join(', ')} can be asked for, by "eq" and "and"`);
}

function parseText(literal: string): string | null {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' && !value.includes('\0') ? value : null;
  } catch {
    // Another program's mistake in a filter, which is told.
    return null;
  }
}

/** Reads where a page begins and how long it is, as leniently as RFC 7644 (3.4.2.4) asks. */
export function readPageOf(given: { readonly startIndex?: string | undefined; readonly count?: string | undefined }): ScimPage {
  const [start, count] = [whole(given.startIndex, 1, 'startIndex'), whole(given.count, USUAL_SHOWN, 'count')];
  return { startIndex: Math.min(Math.max(1, start), 10_000_000), count: Math.min(Math.max(0, count), MOST_SHOWN) };
}

function whole(text: string | undefined, usual: number, name: string): number {
  if (text === undefined || text === '') return usual;
  if (!/^-?\d{1,15}$/.test(text)) throw invalidValue(`${name} must be a whole number`);
  return Number(text);
}
