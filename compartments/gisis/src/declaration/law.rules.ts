import { LAW_TERMS } from './law.words.ts';
import { type Say, sayBy } from './terms.rules.ts';

// Longer ones first: "Casualty Investigation Code" before "Code", "regulations" before "regulation".
const PHRASES = Object.keys(LAW_TERMS).toSorted((a, b) => b.length - a.length);
const KNOWN = new RegExp(`(?<![\\p{L}\\p{N}.-])(?:${PHRASES.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'gu');
const say = sayBy(LAW_TERMS);

function escaped(text: string): string {
  return text.replace(/[.()]/g, String.raw`\$&`);
}

/** An instrument, or the part of one, in a language: `regulations I/21 and XI-1/6` is `règles I/21 et XI-1/6`. Symbols stay. */
export const citeLaw: Say = (english, language) => english.replace(KNOWN, (phrase) => say(phrase, language));
