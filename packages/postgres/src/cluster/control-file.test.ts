import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { readControlFile } from './control-file.ts';
import { crc32c } from './crc32c.ts';

test('the checksum is the one of RFC 3720, appendix B.4', () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
});

test('[P3] a control file with a flipped bit or of another version is not believed', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'global'));
  const bytes = Buffer.alloc(8192);
  bytes.writeUInt32LE(1800, 8);
  bytes.writeUInt32LE(1, 300);
  await writeFile(join(directory, 'global/pg_control'), bytes);
  await assert.rejects(readControlFile(directory), { code: 'archive.damaged' });
  bytes.writeUInt32LE(1300, 8);
  await writeFile(join(directory, 'global/pg_control'), bytes);
  await assert.rejects(readControlFile(directory), { code: 'config.invalid' });
});
