import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { languagesOf, listGaps, SLUG, TEXT_LIMITS } from '#article/article.rules.ts';
import { parseProse } from '#prose/prose-text.rules.ts';
import { contentsOf, readPicture, readSamples } from './sample-articles.ts';

test('every sample article is whole in six languages and could be submitted as it is', () => {
  const samples = readSamples();
  assert.ok(samples.length >= 8);
  assert.equal(new Set(samples.map((sample) => sample.slug)).size, samples.length);
  for (const sample of samples) {
    assert.match(sample.slug, SLUG);
    for (const [number, content] of contentsOf(sample).entries()) {
      assert.deepEqual(languagesOf(content), [...LANGUAGES], sample.slug);
      assert.deepEqual(listGaps(content, number > 0), [], sample.slug);
    }
    for (const { texts } of [sample, ...(sample.updates ?? [])])
      for (const text of Object.values(texts)) {
        assert.deepEqual(parseProse(text.body).faults, [], text.title);
        assert.ok(text.title.length <= TEXT_LIMITS.title && text.summary.length <= TEXT_LIMITS.summary);
      }
  }
});

test('the two articles about 30 September 2020 say, in each language, that they are samples', () => {
  const told = readSamples().filter((sample) => sample.slug.includes('2020'));
  assert.equal(told.length, 2);
  const words = { ar: 'نموذج', zh: '示例', en: 'sample', fr: 'exemple', ru: 'образец', es: 'muestra' };
  for (const sample of told)
    for (const language of LANGUAGES)
      assert.ok(sample.texts[language]?.body.includes(words[language]), `${sample.slug} ${language}`);
});

test('the sample pictures are small', () => {
  for (const { picture } of readSamples()) if (picture) assert.ok(readPicture(picture.file).length < 50_000, picture.file);
});
