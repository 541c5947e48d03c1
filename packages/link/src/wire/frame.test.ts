import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cutLine, LINE_LIMIT, lineOf, parseGreeting, parseOpening, parseWatchLine, readAnswer } from './frame.rules.ts';

const session = 'a1'.repeat(8);
const pin = 'ab'.repeat(32);

suite('the lines of a link', () => {
  test('[LK5] a line is cut at its end, however its bytes arrive; a longer one than allowed is refused before it ends', () => {
    const bytes = Buffer.from('first\nrest');
    for (let at = 0; at <= bytes.length; at += 1) {
      const cut = cutLine(bytes.subarray(0, at), LINE_LIMIT);
      assert.equal(cut?.line, at > 5 ? 'first' : undefined);
      assert.equal(cut?.rest.toString(), at > 5 ? bytes.toString('utf8', 6, at) : undefined);
    }
    assert.equal(cutLine(Buffer.alloc(LINE_LIMIT, 'x'), LINE_LIMIT), undefined);
    assert.throws(() => cutLine(Buffer.alloc(LINE_LIMIT + 1, 'x'), LINE_LIMIT), { code: 'link.refused' });
    assert.throws(() => cutLine(Buffer.from(`${'x'.repeat(LINE_LIMIT + 1)}\n`), LINE_LIMIT), { code: 'link.refused' });
  });

  test('[LK2] a first line asks for one of four things, in one form, and for nothing else', () => {
    for (const greeting of [
      { kind: 'watch', session },
      { kind: 'offer', session },
      { kind: 'describe', session },
      { kind: 'call', session, service: 'website-pg' },
    ] as const)
      assert.deepEqual(parseGreeting(lineOf(greeting).trimEnd()), greeting);
    for (const wrong of [
      {},
      [],
      { kind: 'call', session },
      { kind: 'call', session, service: 'Vault' },
      { kind: 'call', session, service: '../vault' },
      { kind: 'call', session, service: '__proto__' },
      { kind: 'watch', session: 'short' },
      { kind: 'watch', session, more: true },
      { kind: 'open', session, service: 'vault' },
    ])
      assert.throws(() => parseGreeting(JSON.stringify(wrong)), { code: 'link.refused' }, JSON.stringify(wrong));
    for (const wrong of ['', 'null', '{', 'GET / HTTP/1.1', '"watch"'])
      for (const parse of [parseGreeting, parseOpening, parseWatchLine, readAnswer])
        assert.throws(() => parse(wrong), { code: 'link.refused' }, wrong);
  });

  test('[LK7] a watch tells of beats and of keys, and a key has the form of one', () => {
    for (const line of [{ beat: 3 }, { announce: pin }, { taken: pin }])
      assert.deepEqual(parseWatchLine(JSON.stringify(line)), line);
    for (const wrong of [{ beat: -1 }, { announce: 'ab' }, { announce: pin, beat: 1 }, { taken: pin.toUpperCase() }])
      assert.throws(() => parseWatchLine(JSON.stringify(wrong)), { code: 'link.refused' }, JSON.stringify(wrong));
  });

  test('an answer is yes, or names why not', () => {
    readAnswer('{"ok":true}');
    assert.throws(() => readAnswer('{"refused":"too_many"}'), /too_many/);
  });
});
