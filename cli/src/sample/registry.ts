import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { listForms, signIn, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import type { RunningEstate } from '#estate/run.ts';
import type { Surroundings } from '../command.ts';
import { listSampleAccounts } from './accounts.ts';
import { importFile, readShipped } from './intake.ts';

const NAME = 'gisis';
const fieldsSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
/** The form of compartments/gisis/sample/records.json: who files what, and who then moves it on. */
const sampleSchema = z.object({
  records: z
    .array(
      z.object({
        by: z.string(),
        module: z.string(),
        fields: fieldsSchema,
        act: z.object({ by: z.string(), name: z.string(), fields: fieldsSchema }).optional(),
      }),
    )
    .max(200),
});
type Fields = z.infer<typeof fieldsSchema>;
const SOURCE = 'Sample data of the Bulkhead software';

/** Sample people file the registry's sample records, through the same door and the same forms as everybody. */
export async function fileRecords(running: RunningEstate, { paths, now, configuration }: Surroundings): Promise<void> {
  const file = join(paths.checkout, 'compartments', NAME, 'sample/records.json');
  if (!existsSync(file) || !running.estate.compartments.some(({ manifest }) => manifest.name === NAME)) return;
  const { records } = sampleSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const accounts = await listSampleAccounts(running.headquarters);
  const origin = originUrl(running.estate, NAME);
  const certificates = configuration.tlsCertificate ? await readFile(configuration.tlsCertificate, 'utf8') : undefined;
  const visitors = new Map<string, Visitor>();
  const enter = async (person: string): Promise<Visitor> => {
    const known = visitors.get(person);
    if (known) return known;
    const account = accounts.find(({ email }) => email === `${person}@sample.invalid`);
    if (!account) throw new EstateError('config.invalid', `filing sample records: there is no sample account ${person}`);
    const visitor = new Visitor({ address: running.estate.listenAddress, ...(certificates ? { certificates } : {}) });
    visitors.set(person, visitor);
    await signIn(visitor, `${origin}/for-you`, account, now);
    return visitor;
  };
  try {
    for (const { by, module, fields, act } of records) {
      const address = await send(await enter(by), `${origin}/${module}/new`, fields);
      if (act) await send(await enter(act.by), `${address}/acts/${act.name}`, act.fields);
    }
    for await (const { by, file: sent } of readShipped(paths.checkout, 'few')) await importFile(await enter(by), origin, sent);
  } finally {
    for (const visitor of visitors.values()) visitor.leave();
  }
}

/**
 * Opens a page with a form, fills it in and sends it; @returns the address that it led to.
 * @throws EstateError `wire.refused`
 */
async function send(visitor: Visitor, url: string, fields: Fields): Promise<string> {
  const path = new URL(url).pathname;
  const found = listForms(await visitor.visit(url)).find(({ action }) => new URL(action).pathname === path);
  if (!found) throw new EstateError('wire.invalid_reply', `looking for the form of ${path}: it is not there`);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...found.fields, source: SOURCE, ...fields }))
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  const page = await visitor.visit(url, { form, redirects: 0 });
  const { location } = page.headers;
  if (page.status !== 303 || typeof location !== 'string')
    throw new EstateError('wire.refused', `sending a form to ${path}: status ${page.status}: ${page.text.slice(0, 600)}`);
  const arrived = new URL(location, url);
  return `${arrived.origin}${arrived.pathname}`;
}
