import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Prose, proseSchema } from './prose.rules.ts';
import { proseView } from './prose.views.ts';
import { parseProse, writeProse } from './prose-text.rules.ts';

const WRITTEN = `First line
goes on. See [the report](https://example.org/a?b=c&d) now.

## A heading
Words right below it.

- one
- two [linked](/en/news)
  and more
1. first
2. second

\\## no heading, \\[no link\\](x)

1\\. no list`;

test('what a person writes becomes paragraphs, headings, lists and links, and is written back the same', () => {
  const { prose, faults } = parseProse(WRITTEN);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    prose.map((block) => block.kind),
    ['paragraph', 'heading', 'paragraph', 'list', 'list', 'paragraph', 'paragraph'],
  );
  assert.deepEqual(proseSchema.parse(prose), prose);
  assert.deepEqual(parseProse(writeProse(prose)).prose, prose);
});

test('any tree that may be stored survives being written and read again, whatever signs its words hold', () => {
  const signs = [
    '## x',
    '- x',
    '1. x',
    '[a](b)',
    '\\[',
    '\\\\',
    ']x[',
    '###### y',
    '-',
    '#',
    '1.',
    '[x](https://a.org/b_(c))',
    '**',
    '*a*',
    '__b',
    'c_',
    '> x',
    '| x |',
    '|---|',
    '![x](y)',
    '!',
  ];
  for (const text of signs) {
    const prose: Prose = [
      { kind: 'paragraph', content: [{ kind: 'text', text }] },
      { kind: 'heading', level: 3, content: [{ kind: 'text', text }] },
      { kind: 'list', ordered: false, items: [[{ kind: 'text', text }], [{ kind: 'link', text, href: 'https://a.org/' }]] },
      { kind: 'quote', paragraphs: [[{ kind: 'text', text }], [{ kind: 'text', text: 'b' }]] },
      { kind: 'figure', picture: 'a'.repeat(64), alt: text, caption: '', credit: text },
      {
        kind: 'table',
        caption: text,
        hasHead: true,
        rows: [
          [[{ kind: 'text', text }], []],
          [[{ kind: 'link', text, href: 'https://a.org/' }], [{ kind: 'text', text, marks: ['em'] }]],
        ],
      },
      {
        kind: 'paragraph',
        content: [
          { kind: 'text', text, marks: ['strong'] },
          { kind: 'link', text, href: 'https://a.org/', marks: ['strong', 'em'] },
          { kind: 'text', text },
        ],
      },
    ];
    assert.deepEqual(parseProse(writeProse(prose)), { prose, faults: [] }, text);
  }
});

test('markup that somebody writes is words, not markup', () => {
  const { prose } = parseProse('<script>alert(1)</script> & <b>x</b>');
  assert.equal(proseView(prose).toString().trim(), '<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;x&lt;/b&gt;</p>');
});

test('a link to anything but https, http, mailto or a path of the site is a fault, and is never stored', () => {
  for (const href of [
    'javascript:alert(1)',
    'https://a.org/(',
    '//evil.org',
    'data:text/html,x',
    'https:evil',
    'http://',
    '',
    'x',
    'https://a@b.org/',
  ]) {
    if (href !== 'https://a.org/(') assert.deepEqual(parseProse(`[x](${href})`).faults, [{ what: 'link', href }], href);
    const stored = [{ kind: 'paragraph', content: [{ kind: 'link', text: 'x', href }] }];
    assert.equal(proseSchema.safeParse(stored).success, false, href);
  }
});

test('characters that turn the direction of a text, and controls, are a fault', () => {
  for (const sign of ['\u202e', '\u2066', '\u0000', '\u001b', '\ud800']) {
    assert.deepEqual(parseProse(`a${sign}b`).faults, [{ what: 'unshowable' }]);
  }
  assert.deepEqual(parseProse('أ\u200fب').faults, []);
});

test('too long a text, and too many blocks, are a fault and cost no time', () => {
  assert.deepEqual(parseProse('x'.repeat(60_001)).faults, [{ what: 'too-long' }]);
  assert.deepEqual(parseProse('x\n\n'.repeat(501)).faults, [{ what: 'too-many-blocks' }]);
  assert.deepEqual(parseProse('- x\n'.repeat(201)).faults, [{ what: 'too-many-blocks' }]);
  const startedAt = performance.now();
  parseProse('['.repeat(60_000));
  parseProse('[a\\'.repeat(15_000));
  assert.ok(performance.now() - startedAt < 5000);
});

test('a line end between two Chinese characters is no space', () => {
  assert.deepEqual(parseProse('海上\n安全').prose, [{ kind: 'paragraph', content: [{ kind: 'text', text: '海上安全' }] }]);
});
