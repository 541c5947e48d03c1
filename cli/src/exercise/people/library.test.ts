import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Book, listLost } from './library.ts';

const book: Book = { added: true, borrowed: false, returned: false, isInDoubt: false };

test('[X8] what members of an adopted library were told is looked for in its rows; what came later is no loss', () => {
  const told = new Map<string, Book>([
    ['there', book],
    ['lent-since', book],
    ['gone', book],
    ['loan-gone', { ...book, borrowed: true }],
    ['return-gone', { ...book, borrowed: true, returned: true }],
    ['refused', { ...book, added: false }],
  ]);
  const rows = [
    { slug: 'there', loans: 0, returned: 0 },
    { slug: 'lent-since', loans: 1, returned: 1 },
    { slug: 'loan-gone', loans: 0, returned: 0 },
    { slug: 'return-gone', loans: 1, returned: 0 },
  ];
  assert.deepEqual(listLost(told, rows), ['the book gone', 'the loan of loan-gone', 'the loan of return-gone']);
});
