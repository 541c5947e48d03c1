import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { websiteWords } from './words.ts';

const holes = (text: string) => [...text.matchAll(/\{[a-z]+\}/gi)].map(String).toSorted().join();

test('every language has every word of the website, none empty, each with the same holes to fill', () => {
  const english = new Map(Object.entries(websiteWords('en')));
  for (const language of LANGUAGES)
    for (const [key, word] of Object.entries(websiteWords(language))) {
      assert.notEqual(word.trim(), '', `${language} ${key}`);
      if (key !== 'byWhom') assert.equal(holes(word), holes(english.get(key) ?? ''), `${language} ${key}`);
    }
});

test('no word is left in English by oversight', () => {
  const english = new Map(Object.entries(websiteWords('en')));
  const alike = new Set([
    'articles',
    'versions',
    'version',
    'statePublic',
    'news',
    'inLanguageColon',
    'isPublic',
    'body',
    'kindPage',
    'publishing',
  ]);
  for (const language of LANGUAGES) {
    if (language === 'en') continue;
    for (const [key, word] of Object.entries(websiteWords(language)))
      if (!alike.has(key) && word.length > 3) assert.notEqual(word, english.get(key), `${language} ${key}`);
  }
});
