/** Values shorter than this say nothing about their structure. */
const SHORTEST = 48;
/** Bits a character from which text looks like random bytes in base64 or worse. */
const DENSE_BITS = 4.9;
const WORDS =
  /[\p{Script=Han}\p{Script=Arabic}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const HEX = /^(?:\\x)?[0-9a-f]+$/i;
const RANSOM =
  /\b(?:your (?:files|data|documents) (?:have been|were|are) (?:encrypted|locked)|decrypt(?:ion)?[ _-](?:instructions?|key|tool|files?)|how[ _-]to[ _-](?:decrypt|restore|recover)|readme[ _-](?:decrypt|restore)|bitcoin (?:address|wallet)|pay (?:the )?ransom|\.onion\b)|\.(?:locked|encrypted|crypt|lockbit|wncry|ryuk|conti|akira|locky|cerber)$/im;

/** True if ordered text was replaced by what has no order: encrypted, or random. */
export function isScrambled(before: string | null | undefined, after: string | null | undefined): boolean {
  if (!before || !after || before === after || after.length < SHORTEST || before.length < 16) return false;
  return isDense(after) && !isDense(before);
}

/** True if a text says what ransom notes say, or names a file as they do. */
export function namesRansom(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && value.length >= 5 && RANSOM.test(value.slice(0, 100_000));
}

/** Dense text has no words: hardly any space, and every character about as often as any other. */
function isDense(value: string): boolean {
  const text = value.slice(0, 4096);
  if (text.length < SHORTEST) return false;
  if (HEX.test(text)) return entropyOf(text.toLowerCase().replace(/^\\x/, '')) > 3.7;
  // Words of scripts that no encoding of bytes uses.
  if ([...text.matchAll(WORDS)].length / text.length > 0.3) return false;
  const spaces = text.split(/\s/).length - 1;
  if (spaces / text.length > 0.04) return false;
  // A short text cannot have as many different characters as it would need.
  return entropyOf(text) > Math.min(DENSE_BITS, Math.log2(text.length) - 0.9);
}

function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
