import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeForeignPage } from './page-foreign-content.rules.ts';

const hosts = new Set(['www.localhost']);
const page = (text: string, contentType = 'text/html; charset=utf-8') =>
  seeForeignPage({ path: '/en/news/1', contentType, text }, 'website', hosts);

test('[W9] a page with a script, a frame, a foreign form target or a handler is a finding, and names the path', () => {
  const seen = page('<!doctype html><form action="https://evil.example/in"><script>x()</script>');
  assert.equal(seen?.evidence['path'], '/en/news/1');
  assert.match(seen?.summary ?? '', /form target, script/);
  assert.ok(page('<!doctype html><a href="&#x6a;avascript:x()">'));
  assert.ok(page('<svg onload="x()"/>', 'image/svg+xml'));
});

test('[W9] a page of ours is none, and what is no page is not read as one', () => {
  assert.equal(page('<!doctype html><form action="/search"><a href="https://other.example/">x</a></form>'), null);
  assert.equal(page('<!doctype html><p>&lt;script src=x&gt; "javascript:alert(1)"</p>'), null, 'text that a person reads');
  assert.equal(page('<script>', 'image/png'), null);
});
