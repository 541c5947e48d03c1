import { sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { pathOfIncremental, unusable } from './incremental.rules.ts';

const fileSchema = z.looseObject({ Path: z.string().optional(), Size: z.number().int().min(0), Checksum: z.string().optional() });
const manifestSchema = z.object({
  'PostgreSQL-Backup-Manifest-Version': z.literal(2),
  Files: z.array(fileSchema),
  'WAL-Ranges': z.array(z.looseObject({})),
});
type Manifest = z.infer<typeof manifestSchema>;

/** A file whose contents are not those that came. `sha256`: none where they are those of the base before. */
export type Remade = { readonly path: string; readonly bytes: number; readonly sha256: string | undefined };

/** No record of the WAL names the pages of a visibility map that are changed by clearing bits in them. */
const NOT_SUMMARIZED = /_vm(\.\d+)?$/;

/**
 * What headquarters is told of the base before: a file that is not in it comes whole. So do those whose changes its
 * summaries of WAL miss: else a page would count as visible to all that is not.
 * @throws EstateError `receiver.base_failed`
 */
export function manifestToSend(before: Buffer, systemId: string): Buffer {
  const { Files: files, 'WAL-Ranges': ranges } = parseManifest(before);
  return writeManifest(
    systemId,
    files.filter(({ Path: path }) => path === undefined || !NOT_SUMMARIZED.test(path)),
    ranges,
  );
}

/**
 * PostgreSQL's manifest of a base that was put together: that of the incremental one, with the files as they became.
 * @throws EstateError `receiver.base_failed`
 */
export function composeManifest(options: {
  readonly came: Buffer;
  readonly before: Buffer;
  readonly systemId: string;
  readonly remade: readonly Remade[];
}): Buffer {
  const came = parseManifest(options.came);
  const remade = new Map(options.remade.map((one) => [one.path, one]));
  const before = new Map(parseManifest(options.before).Files.map((file) => [file.Path, file.Checksum]));
  const files = came.Files.map((file) => {
    const path = file.Path === undefined ? undefined : (pathOfIncremental(file.Path) ?? file.Path);
    const found = path === undefined ? undefined : remade.get(path);
    if (path === undefined || !found) return path === file.Path ? file : refuse(path);
    const checksum = found.sha256 ?? before.get(path) ?? refuse(path);
    return { ...file, Path: path, Size: found.bytes, 'Checksum-Algorithm': 'SHA256', Checksum: checksum };
  });
  return writeManifest(options.systemId, files, came['WAL-Ranges']);
}

function writeManifest(systemId: string, files: Manifest['Files'], ranges: Manifest['WAL-Ranges']): Buffer {
  // Line by line as PostgreSQL writes it: its digest is that of all lines but the last. The identifier is no number of JavaScript's.
  const text = `${[
    '{ "PostgreSQL-Backup-Manifest-Version": 2,',
    `"System-Identifier": ${systemId},`,
    `"Files": [\n${files.map((file) => JSON.stringify(file)).join(',\n')}\n],`,
    `"WAL-Ranges": [\n${ranges.map((range) => JSON.stringify(range)).join(',\n')}\n],`,
  ].join('\n')}\n`;
  return Buffer.from(`${text}"Manifest-Checksum": "${sha256Hex(text)}"}\n`);
}

function parseManifest(bytes: Buffer): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw unusable('a manifest is none', cause);
  }
}

function refuse(path: string | undefined): never {
  throw unusable(`its manifest and its files differ in ${JSON.stringify(path?.slice(0, 100) ?? '')}`);
}
