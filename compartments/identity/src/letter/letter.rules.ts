import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

export const LETTER_STATES = ['waiting', 'sent', 'refused', 'given up'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

const DAY_MS = 86_400_000;
/** A letter is tried for so long, unless what it tells of ends earlier. */
export const GIVEN_UP_MS = 5 * DAY_MS;
/** Of what is done with, the traces are kept so long. */
export const KEPT_MS = 30 * DAY_MS;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 4 * 3_600_000;

const LONGEST_SUBJECT = 150;
const LONGEST_PARAGRAPH = 2000;
const MOST_PARAGRAPHS = 20;
/** More than this many letters do not wait for one address: a flood of notices is cut off, not kept. */
export const WAITING_LIMIT = 50;

export type Addressee = {
  readonly accountId: string | null;
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
};
/** What is written: plain paragraphs, the addresses of pages among them as paragraphs of their own. */
export type LetterText = { readonly subject: string; readonly paragraphs: readonly string[] };
/** A letter as administrators see it: who and what, never its text. */
export type LetterTrace = {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: LetterState;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly nextTryAt: Date;
  readonly doneAt: Date | null;
  readonly answer: string;
};
/** A letter that is due. */
export type DueLetter = LetterTrace & { readonly language: Language; readonly sealed: string; readonly giveUpAt: Date };

/** What became of one attempt. */
export type Delivery =
  | { readonly kind: 'taken'; readonly answer: string }
  /** The relay will never take this letter. */
  | { readonly kind: 'refused'; readonly answer: string }
  /** This letter is not taken now. */
  | { readonly kind: 'put off'; readonly answer: string }
  /** Nothing at all is taken now: the relay is away, or does not let us in. */
  | { readonly kind: 'no relay'; readonly answer: string };

/** How long to wait after so many failed attempts. */
export function retryAfterMs(attempts: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, Math.max(0, attempts - 1)));
}

/**
 * Checks a letter before it is kept. Line ends and controls in what goes into a header are taken out: no header can be added [I49].
 * @throws EstateError `input.invalid` for an address that is none, `input.too_large`
 */
export function checkLetter(to: Pick<Addressee, 'email' | 'displayName'>, text: LetterText): LetterText {
  if (!isPlainAddress(to.email)) throw new EstateError('input.invalid', 'writing a letter: the address is none');
  if (text.paragraphs.length > MOST_PARAGRAPHS) throw new EstateError('input.too_large', 'writing a letter: too many paragraphs');
  return {
    subject: oneLine(text.subject).slice(0, LONGEST_SUBJECT),
    paragraphs: text.paragraphs.map((paragraph) => oneLine(paragraph).slice(0, LONGEST_PARAGRAPH)),
  };
}

/** An address that no mail program reads as two, or as anything but an address. */
export function isPlainAddress(email: string): boolean {
  return email.length <= 254 && /^[^\s@"'<>(),:;\\[\]\p{Cc}\p{Cf}]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(email);
}

/** One line of text: no line ends, no controls, no marks that turn the reading direction of what follows. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}

const RIGHT_TO_LEFT_MARK = '\u200f';
const LEFT_ISOLATE = '\u2066';
const END_ISOLATE = '\u2069';

/** The body of a letter. In Arabic each paragraph begins with a mark of its direction, and addresses of pages stand apart. */
export function writeBody(
  text: LetterText,
  given: { readonly language: Language; readonly greeting: string; readonly footer: readonly string[] },
): string {
  const isRight = given.language === 'ar';
  const blocks = [given.greeting, ...text.paragraphs, ['--', ...given.footer].join('\n')];
  const lines = blocks.join('\n\n').split('\n');
  if (!isRight) return `${lines.join('\n')}\n`;
  return `${lines.map((line) => (line === '' ? '' : `${RIGHT_TO_LEFT_MARK}${isolateAddresses(line)}`)).join('\n')}\n`;
}

function isolateAddresses(line: string): string {
  return line.replaceAll(/https?:\/\/\S+/g, (address) => `${LEFT_ISOLATE}${address}${END_ISOLATE}`);
}
