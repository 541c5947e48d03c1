import {
  type Estate,
  estateSchema,
  type Link,
  linkSchema,
  type SigningKey,
  signingKeySchema,
  type Trust,
  trustSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { makeDirectory, readJson, requireOwnDirectory, writeJsonDurably } from '@bulkhead/supervision';
import type { z } from 'zod';
import type { Layout } from '#layout/layout.rules.ts';
import type { Config } from './config.ts';

/** What headquarters was given to start with. */
export type Given = { readonly estate: Estate; readonly trust: Trust; readonly link: Link; readonly jobKey: SigningKey };

/** @throws EstateError `config.invalid`, naming the variable and the file */
export async function readGiven(config: Config): Promise<Given> {
  return {
    estate: await readNamed('ESTATE_FILE', config.ESTATE_FILE, estateSchema),
    trust: await readNamed('TRUST_FILE', config.TRUST_FILE, trustSchema),
    link: await readNamed('LINK_FILE', config.LINK_FILE, linkSchema),
    jobKey: await readNamed('SIGNING_KEY_FILE', config.SIGNING_KEY_FILE, signingKeySchema),
  };
}

async function readNamed<Schema extends z.ZodType>(variable: string, path: string, schema: Schema): Promise<z.infer<Schema>> {
  const found = await readJson(path, schema);
  if (found !== undefined) return found;
  throw new EstateError('config.invalid', `reading ${variable}: there is no file ${path}`);
}

/** Makes the directories of the site itself: those of its processes come with them. */
export async function makeSiteDirectories(layout: Layout, runtimeDirectory: string): Promise<void> {
  await makeDirectory(layout.data, { mode: 0o711 });
  await makeDirectory(layout.supervisor, { mode: 0o700 });
  await makeDirectory(layout.logs, { mode: 0o700 });
  await makeDirectory(layout.published, { mode: 0o755 });
  await makeDirectory(runtimeDirectory, { mode: 0o711 });
  await requireOwnDirectory(runtimeDirectory);
  await makeDirectory(layout.sockets, { mode: 0o711 });
}

/** Puts down what every process may read. */
export async function publish(layout: Layout, estate: Estate, trust: Trust): Promise<void> {
  await writeJsonDurably(layout.estateFile, estate, 0o644);
  await writeJsonDurably(layout.trustFile, trust, 0o644);
}

/** @throws EstateError `config.invalid` for a compartment that the two sites share no secret for */
export function secretOf(secrets: Readonly<Record<string, string>>, compartment: string): string {
  const secret = secrets[compartment];
  if (secret !== undefined) return secret;
  throw new EstateError(
    'config.invalid',
    `reading LINK_FILE: it has no secret for compartment ${compartment}; join the sites again`,
  );
}
