import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { isScrambled, namesRansom } from './scrambled.rules.ts';

const ENGLISH =
  'The Committee approved the draft amendments to the guidelines on pilot transfer arrangements, with a view to adoption.';
const TEXTS = [
  ENGLISH,
  'Комитет одобрил проект поправок к руководству по устройствам для передачи лоцмана с целью их принятия.',
  '海上安全委员会批准了引航员登离船装置指南修正案草案，以期在下一届会议上通过，并请各成员国政府予以关注和实施。',
  'وافقت اللجنة على مشروع التعديلات على المبادئ التوجيهية المتعلقة بترتيبات نقل المرشدين تمهيدا لاعتمادها.',
  JSON.stringify([{ kind: 'paragraph', text: ENGLISH }]),
  'press-briefing-on-the-outcome-of-the-one-hundred-and-tenth-session',
];

test('[W7] text of any of six languages that becomes random bytes has lost its order, however they are written', () => {
  for (const [at, text] of TEXTS.entries()) {
    const random = createHash('sha512').update(String(at)).digest();
    const many = Buffer.concat([random, randomBytes(200)]);
    for (const scrambled of [
      many.toString('base64'),
      many.toString('base64url'),
      many.toString('hex'),
      `\\x${many.toString('hex')}`,
    ])
      assert.ok(isScrambled(text, scrambled), `${text.slice(0, 20)} → ${scrambled.slice(0, 20)}`);
  }
});

test('[W7] an edit, a translation, a shortening, and one secret that replaces another have not', () => {
  for (const before of TEXTS) for (const after of TEXTS) assert.equal(isScrambled(before, after), false, `${before} → ${after}`);
  assert.equal(isScrambled(ENGLISH, ''), false);
  assert.equal(isScrambled(null, randomBytes(100).toString('hex')), false);
  assert.equal(isScrambled(randomBytes(100).toString('hex'), randomBytes(100).toString('hex')), false);
});

test('[W7] ransom notes and the names that they give to files are known, ordinary news about them are not', () => {
  for (const note of ['YOUR FILES HAVE BEEN ENCRYPTED', 'HOW_TO_DECRYPT.txt', 'report.docx.lockbit', 'readme-restore.html'])
    assert.ok(namesRansom(note), note);
  for (const news of ['The port was struck by ransomware', 'Encrypted links for ships', 'A locked container', 'key decisions'])
    assert.equal(namesRansom(news), false, news);
});
