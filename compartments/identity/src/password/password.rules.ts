import { isInCommonList } from './common-list.ts';
import { COMMON_STEMS } from './common-passwords.ts';

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;

/** Why a password is not taken. */
export type PasswordFault = 'too short' | 'too long' | 'common' | 'about the person' | 'about the organisation' | 'monotonous';

/** The one form of a password, whichever keyboard it came from (NIST SP 800-63B §3.1.1.2 asks for NFKC or NFKD). */
export function normalisePassword(typed: string): string {
  return typed.normalize('NFKC');
}

/** Whose password it is to be, as far as anybody could know. */
export type PasswordOwner = { readonly email: string; readonly displayName: string; readonly organisation?: string };

/**
 * Judges a new password: length, common and breached ones, what everybody knows of the person and the organisation, and repetition.
 * No rule about kinds of characters.
 */
export function judgePassword(typed: string, person: PasswordOwner): PasswordFault | null {
  const password = normalisePassword(typed);
  const length = Array.from(password).length;
  if (length < SHORTEST_PASSWORD) return 'too short';
  if (length > LONGEST_PASSWORD) return 'too long';
  const lower = password.toLowerCase();
  if (new Set(lower).size < 5 || isRun(lower)) return 'monotonous';
  if (isCommon(lower)) return 'common';
  if (isAbout(lower, wordsOf(person))) return 'about the person';
  return isAbout(lower, [...wordsOf(person), ...organisationWords(person.organisation ?? '')]) ? 'about the organisation' : null;
}

function isCommon(lower: string): boolean {
  if (/^[\d\s\p{P}]*$/u.test(lower) || isInCommonList(lower)) return true;
  return stemsOf(lower).some((stem) => COMMON_STEMS.includes(stem) || isInCommonList(stem));
}

// What is left without the digits and signs around it, as typed and with letters for the signs that stand for them.
function stemsOf(lower: string): readonly string[] {
  const core = lower.replaceAll(/^[\d\s\p{P}\p{S}]+|[\d\s\p{P}\p{S}]+$/gu, '');
  const spelled = core.replaceAll('0', 'o').replaceAll('@', 'a').replaceAll('$', 's').replaceAll('3', 'e').replaceAll('1', 'i');
  return [core, spelled].map((text) => text.replaceAll(/[^\p{L}]/gu, ''));
}

/** Each character one more, or one less, than the one before, as in 123456789012 or abcdefghijkl. */
function isRun(lower: string): boolean {
  const codes = Array.from(lower, (char) => char.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return steps.filter((step) => Math.abs(step) <= 1).length >= steps.length - 2;
}

// A long name may stand inside a long password; it may not be most of it.
function isAbout(lower: string, words: readonly string[]): boolean {
  const known = words.map((word) => word.toLowerCase()).filter((word) => word !== '');
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), lower);
  return rest !== lower && Array.from(rest.replaceAll(/[\d\s\p{P}]/gu, '')).length < SHORTEST_PASSWORD / 2;
}

function wordsOf(person: PasswordOwner): readonly string[] {
  const words = [...person.email.split(/[@.+_-]/), ...person.displayName.split(/[\s.'’()-]+/)];
  return words.filter((word) => word.length >= 4);
}

// Its words, all of them together, and their first letters: "imo" makes up "imo-imo-imo-2026".
function organisationWords(organisation: string): readonly string[] {
  const words = organisation.split(/[\s.,'’()-]+/).filter((word) => word !== '');
  const initials = words.map((word) => word[0]).join('');
  return [words.join(''), ...words.filter((word) => word.length >= 4), ...(initials.length >= 3 ? [initials] : [])];
}
