import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { attributes, Html, type HtmlValue, html, trustedHtml } from './html.ts';
import { isSafeUrl } from './safe-url.ts';

const HOSTILE = `"><script>alert(1)</script>' onmouseover=alert(1) &amp;`;

const isUnsafeTemplate = (error: unknown) => hasCode(error, 'html.unsafe_template');
const isUnsafeValue = (error: unknown) => hasCode(error, 'html.unsafe_value');

test('text in a hole cannot become markup, in content or in a quoted attribute', () => {
  const made = html`<p title="${HOSTILE}" class='${HOSTILE}'>${HOSTILE}</p><title>${HOSTILE}</title>`.toString();
  assert.equal(made.match(/<script/g), null);
  assert.equal(made.match(/<[a-z]+/g)?.length, 2);
  assert.ok(made.includes('&quot;&gt;&lt;script&gt;'));
});

test('markup made by html stands as it is, lists are joined, and nothing is written for null, undefined and false', () => {
  const items = ['a<b', 'c'].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>${null}${undefined}${false}${0}${7n}`.toString(), '<ul><li>a&lt;b</li><li>c</li></ul>07');
  assert.equal(html`${trustedHtml('<b>x</b>')}`.toString(), '<b>x</b>');
});

test('attributes are set by name, left out when false, and never carry code', () => {
  const made = html`<input name="a"${attributes({ checked: true, disabled: false, value: '"x"', 'aria-label': null })}>`;
  assert.equal(made.toString(), '<input name="a" checked value="&quot;x&quot;">');
  for (const name of ['onclick', 'style', 'srcdoc', 'a b', 'x>', '']) {
    assert.throws(() => attributes({ [name]: 'x' }), isUnsafeValue, name);
  }
  assert.throws(() => attributes({ href: 'javascript:alert(1)' }), isUnsafeValue);
});

const UNSAFE: readonly (readonly [string, () => Html])[] = [
  ['an unquoted value', () => html`<a href=${'x'}>y</a>`],
  ['an unquoted value that began', () => html`<a href=x${'x'}>y</a>`],
  ['an event attribute', () => html`<a onclick="${'x'}">y</a>`],
  ['an event attribute in capitals', () => html`<a ONCLICK="${'x'}">y</a>`],
  ['a style attribute', () => html`<a style="${'x'}">y</a>`],
  ['srcdoc', () => html`<iframe srcdoc="${'x'}"></iframe>`],
  ['a script', () => html`<script>var a = "${'x'}"</script>`],
  ['a script in capitals', () => html`<SCRIPT>${'x'}</SCRIPT>`],
  ['a script that seems to end', () => html`<script>"</scr" ${'x'}</script>`],
  ['a style sheet', () => html`<style>${'x'}</style>`],
  ['a comment', () => html`<!-- ${'x'} -->`],
  ['a declaration', () => html`<!doctype ${'x'}>`],
  ['the name of a tag', () => html`<${'x'}>`],
  ['the name of an end tag', () => html`</${'x'}>`],
  ['the name of an attribute', () => html`<a data-${'x'}="y">z</a>`],
  ['attributes before an equals sign', () => html`<a ${attributes({ href: '/' })}="${'x onclick=y'}">z</a>`],
  ['attributes before a name', () => html`<a ${attributes({ href: '/' })}x="${'y'}">z</a>`],
  ['a refresh', () => html`<meta http-equiv="refresh" content="${'x'}">`],
  ['a template that ends inside a tag', () => html`<a href="${'x'}`],
  ['a template that ends inside a script', () => html`<script>`],
  ['a noscript', () => html`<noscript>${'x'}</noscript>`],
  ['a stray less-than sign', () => html`a < b ${'x'}`],
];
for (const [what, make] of UNSAFE) {
  test(`a template is refused, every time, whose hole or end is ${what}`, () => {
    assert.throws(make, isUnsafeTemplate);
    assert.throws(make, isUnsafeTemplate);
  });
}

test('markup or a list cannot stand in an attribute, and only attributes() between attributes', () => {
  const inValue = (value: HtmlValue) => html`<a title="${value}">x</a>`;
  assert.throws(() => inValue(html`<b>x</b>`), isUnsafeValue);
  assert.throws(() => inValue(['x']), isUnsafeValue);
  assert.throws(() => html`<textarea>${html`<b>x</b>`}</textarea>`, isUnsafeValue);
  assert.throws(() => html`<a ${'onclick=x'}>x</a>`, isUnsafeValue);
  assert.throws(() => html`<a ${html`x`}>x</a>`, isUnsafeValue);
  assert.throws(() => html`<p>${attributes({ id: 'x' })}</p>`, isUnsafeValue);
  assert.throws(() => html`<h${1}>a</h1>`, isUnsafeValue);
});

test('after an attribute with a value, a hole between attributes does not become its value', () => {
  assert.equal(html`<a href="/x" ${attributes({ id: 'a' })}>x</a>`.toString(), '<a href="/x"  id="a">x</a>');
  assert.equal(html`<button${attributes({ id: 'a' })}>x</button>`.toString(), '<button id="a">x</button>');
  assert.equal(html`<input disabled${attributes({ id: 'a' })}>`.toString(), '<input disabled id="a">');
  assert.equal(html`<input disabled${attributes({ id: false })}>`.toString(), '<input disabled>');
  assert.equal(html`<input disabled ${attributes({ id: 'a' })}>`.toString(), '<input disabled  id="a">');
});

test('a link, form or image takes an address of ours, http, https or mailto, and no other scheme however it is disguised', () => {
  const link = (url: string) => html`<a href="${url}">x</a>`;
  for (const good of ['/a', '/', '?a=b', '#x', 'https://x.org/a:b', 'mailto:a@b.org', 'a/b', 'a', './a', '/a:b', '']) {
    assert.doesNotThrow(() => link(good), good);
  }
  const bad = [
    'javascript:x',
    'JaVaScRiPt:x',
    ' javascript:x',
    'java\tscript:x',
    '\x01javascript:x',
    'data:text/html,x',
    '//evil.org',
  ];
  for (const url of [...bad, '/\\evil.org', '\\\\evil.org', 'vbscript:x', 'blob:x', 'https:evil', 'x:y', ':x', '/\t/evil.org']) {
    assert.throws(() => link(url), isUnsafeValue, url);
    assert.equal(isSafeUrl(url), false, url);
  }
});

test('an address is judged as a whole when it has static parts and several holes', () => {
  const parts = (left: string, right: string) => html`<a href="${left}${right}">x</a>`;
  assert.throws(() => parts('java', 'script:x'), isUnsafeValue);
  assert.throws(() => html`<a href="/${'/evil.org'}">x</a>`, isUnsafeValue);
  assert.throws(() => html`<a href="${'javascript'}:x">x</a>`, isUnsafeValue);
  assert.equal(html`<a href="/a/${'b'}?c=${'d&e'}">x</a>`.toString(), '<a href="/a/b?c=d&amp;e">x</a>');
  assert.equal(html`<a href="/a/${'b'}" title="${'t'}"><img src="${'/i'}" alt=""></a>`.toString().includes('src="/i"'), true);
});

test('nobody makes markup by calling the class', () => {
  assert.throws(() => Reflect.construct(Html, [Symbol('other'), '<b>']), isUnsafeValue);
});
