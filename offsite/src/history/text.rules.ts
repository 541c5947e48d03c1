/** Terms of fewer characters stand in no index. */
const GRAM = 3;
/** Stands before a pair of Han characters, so that words of two, as most of Chinese are, stand in the index too. */
const PAIR = '\u0001';
const HAN_RUNS = /\p{Script=Han}{2,}/gu;
const HAN_PAIR = /^\p{Script=Han}{2}$/u;

/** Text as it is compared: upper and lower case are one, in every script and wherever a letter stands in its word. */
export function foldText(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** What the index of texts is given for rows: all their values, and the pairs of Han characters once more. */
export function textOfValues(values: readonly string[]): string {
  const folded = foldText(values.join('\n'));
  const pairs = new Set<string>();
  for (const [run] of folded.matchAll(HAN_RUNS)) {
    const characters = Array.from(run);
    for (let at = 1; at < characters.length; at += 1) pairs.add(`${PAIR}${characters[at - 1]}${characters[at]}`);
  }
  return pairs.size === 0 ? folded : `${folded}\n${[...pairs].join('')}`;
}

/** The question to the index of texts to which whatever holds this folded text is an answer; undefined if it is too short. */
export function matchOf(folded: string): string | undefined {
  if (HAN_PAIR.test(folded)) return quote(`${PAIR}${folded}`);
  const characters = Array.from(folded);
  const grams = new Set<string>();
  for (let end = GRAM; end <= characters.length; end += 1) grams.add(quote(characters.slice(end - GRAM, end).join('')));
  return grams.size === 0 ? undefined : [...grams].join(' AND ');
}

/** Whether one of some values holds a folded text. */
export function holdText(values: Iterable<string>, folded: string): boolean {
  for (const value of values) if (foldText(value).includes(folded)) return true;
  return false;
}

/** A folded text as it stands within a folded record, names and values alike: what lacks it there need not be read. */
export function withinRecord(folded: string): string {
  return JSON.stringify(folded).slice(1, -1);
}

function quote(gram: string): string {
  return `"${gram.replaceAll('"', '""')}"`;
}
