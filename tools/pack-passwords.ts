import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/**
 * Packs a list of common passwords, the most common first, one a line, for identity: `sh tools/node tools/pack-passwords.ts <list>`.
 * Kept are whole entries that are long enough to be chosen, and the letters alone of the most common ones, each as the first
 * four bytes of its SHA-256, sorted. `compartments/identity/src/password/common-passwords.md` says where the list comes from.
 */
const TARGET = new URL('../compartments/identity/src/password/common-passwords.bin', import.meta.url);
const SHORTEST_WHOLE = 12;
const SHORTEST_STEM = 5;
const STEMS_FROM = 300_000;
const BYTES = 4;

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('name the list: sh tools/node tools/pack-passwords.ts <list>');
const lines = (await readFile(source, 'utf8')).split('\n');
const kept = new Set<string>();
for (const [at, line] of lines.entries()) {
  const entry = line.trim().normalize('NFKC').toLowerCase();
  const stem = entry.replaceAll(/[^\p{L}]/gu, '');
  if (Array.from(entry).length >= SHORTEST_WHOLE) kept.add(entry);
  if (at < STEMS_FROM && Array.from(stem).length >= SHORTEST_STEM) kept.add(stem);
}
const hashes = [...kept].map((entry) => createHash('sha256').update(entry).digest().readUInt32BE(0));
const sorted = [...new Set(hashes)].toSorted((left, right) => left - right);
const packed = Buffer.alloc(sorted.length * BYTES);
for (const [at, hash] of sorted.entries()) packed.writeUInt32BE(hash, at * BYTES);
await writeFile(TARGET, packed);
process.stdout.write(`${sorted.length} entries, ${packed.length} bytes\n`);
