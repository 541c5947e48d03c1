import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeZone, readLocal, writeLocal, writeOffset } from './local-time.rules.ts';

const at = (text: string, zone: string) => {
  const reading = readLocal(text, zone);
  return reading.kind === 'one' ? reading.at.toISOString() : reading.kind;
};

test('a local time is one instant, none when clocks are put forward over it, or two when they are put back', () => {
  assert.equal(at('2026-07-01T10:00', 'Europe/London'), '2026-07-01T09:00:00.000Z');
  assert.equal(at('2026-01-01T10:00', 'Europe/London'), '2026-01-01T10:00:00.000Z');
  assert.equal(at('2026-03-29T01:30', 'Europe/London'), 'skipped');
  assert.equal(at('2026-03-29T00:59', 'Europe/London'), '2026-03-29T00:59:00.000Z');
  assert.equal(at('2026-03-29T02:00', 'Europe/London'), '2026-03-29T01:00:00.000Z');
  const twice = readLocal('2026-10-25T01:30', 'Europe/London');
  assert.deepEqual(twice, {
    kind: 'twice',
    first: new Date('2026-10-25T00:30:00.000Z'),
    second: new Date('2026-10-25T01:30:00.000Z'),
  });
  // Half an hour, a date line, a day that a whole country left out, and zones far from here.
  assert.equal(at('2026-04-05T01:45', 'Australia/Lord_Howe'), 'twice');
  assert.equal(at('2011-12-30T12:00', 'Pacific/Apia'), 'skipped');
  assert.equal(at('2026-05-01T08:00', 'Asia/Kathmandu'), '2026-05-01T02:15:00.000Z');
  assert.equal(at('2026-05-01T08:00', 'Pacific/Kiritimati'), '2026-04-30T18:00:00.000Z');
});

test('what is no time of a calendar, and no zone, is told', () => {
  for (const text of ['', '2026-02-30T10:00', '2026-13-01T10:00', '2026-01-01T24:00', '2026-01-01', '9999-01-01T00:00'])
    assert.equal(at(text, 'UTC'), 'malformed', text);
  for (const zone of ['', 'Europe/Nowhere', '+01:00', '../etc/passwd', 'x'.repeat(100)])
    assert.equal(isTimeZone(zone), false, zone);
});

test('every hour of a year in zones with odd rules is written as a clock shows it, and read back', () => {
  for (const zone of ['Europe/London', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Casablanca'])
    for (let hour = 0; hour < 8760; hour += 41) {
      const instant = new Date(Date.UTC(2026, 0, 1, hour));
      const reading = readLocal(writeLocal(instant, zone), zone);
      const found = reading.kind === 'one' ? [reading.at] : reading.kind === 'twice' ? [reading.first, reading.second] : [];
      assert.ok(
        found.some((each) => each.getTime() === instant.getTime()),
        `${zone} ${instant.toISOString()}`,
      );
    }
  assert.equal(writeOffset(new Date('2026-07-01T00:00:00Z'), 'America/St_Johns'), 'UTC−02:30');
});
