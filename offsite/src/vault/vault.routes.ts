import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { encodeParcels, PARCELS_AT_ONCE, PARCELS_BYTES, type Parcel, passOn, readParcels, wireBytesOf } from '@bulkhead/blobs';
import {
  collectionAskedSchema,
  collectionFoundSchema,
  type ParcelOutcomes,
  sha256Schema,
  type VaultDuties,
} from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, type Log } from '@bulkhead/kernel';
import { answerStream, createWireApp, readWireBody, type WireApp, type WireEnv } from '@bulkhead/wire';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { readParcel } from './parcels.actions.ts';
import type { VaultSecrets } from './secrets.actions.ts';
import type { Vault } from './vault.actions.ts';

const OFFSITE = 'offsite';
/** A colon cannot stand in a compartment's name, so no compartment can pass for off-site. */
const PREFIX = 'compartment:';
/** How many blobs a compartment is asked for at a time. */
const DUTIES_AT_ONCE = 100;
const STALL_MS = 60_000;
const READ_AT_ONCE = 8;
/** Calls with many small blobs, of one compartment. */
const BODIES_AT_ONCE = 4;
const secretSchema = z.object({ secret: z.string().min(32).max(200) });
const uploadSchema = z.object({
  bytes: z
    .number()
    .int()
    .min(0)
    .max(2 ** 46),
});
const offsetSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 46);
const eraseSchema = z.object({ sha256: sha256Schema, request: z.string().min(1).max(100) });
const wantedSchema = z.object({ digests: z.array(sha256Schema).max(PARCELS_AT_ONCE) });
const missingSchema = z.object({ digests: z.array(sha256Schema).max(50_000) });

type Deps = {
  readonly vault: Vault;
  readonly secrets: VaultSecrets;
  readonly offsiteSecret: string;
  readonly raise: (seen: Seen) => void;
  readonly log: Log;
};

/** The vault's API: compartments add and read their own, off-site reads all, and nobody changes or removes anything. */
export function createVaultApp(deps: Deps): WireApp {
  const { vault } = deps;
  const own = () => Object.entries(deps.secrets.current).map(([name, secret]) => [`${PREFIX}${name}`, secret] as const);
  const known: Record<string, string> = { ...Object.fromEntries(own()), [OFFSITE]: deps.offsiteSecret };
  const app = createWireApp({ secrets: known, log: deps.log });

  app.get('/health', (c) => {
    const usage = vault.holdings.compartments.map((name) => [name, vault.usageOf(name)] as const);
    return c.json({ ok: true, ...(c.var.caller === OFFSITE ? { compartments: Object.fromEntries(usage) } : {}) });
  });

  app.put('/blobs/:sha256', async (c) => {
    const compartment = requireCompartment(c.var.caller);
    const declared = c.req.header('content-length');
    const body = cutWhenStalled(c.env.incoming);
    const outcome = await vault.addBlob(compartment, c.req.param('sha256'), body, declared ? Number(declared) : undefined);
    return c.json({ ok: true }, outcome === 'added' ? 201 : 200);
  });

  addUploadRoutes(app, deps);
  addParcelRoutes(app, deps);
  addDutyRoutes(app, deps);
  addErasureRoutes(app, deps);
  addCollectionRoutes(app, deps);

  app.get('/blobs/:sha256', (c) => answerBlob(c, deps, requireCompartment(c.var.caller), c.req.param('sha256')));

  app.get('/compartments/:compartment/blobs/:sha256', (c) => {
    requireOffsite(c.var.caller);
    return answerBlob(c, deps, c.req.param('compartment'), c.req.param('sha256'));
  });

  app.post('/compartments/:compartment/missing', async (c) => {
    requireOffsite(c.var.caller);
    const { digests } = await readWireBody(c.req.raw, missingSchema);
    return c.json(await vault.listMissing(c.req.param('compartment'), digests));
  });

  app.post('/compartments/:compartment/secret', async (c) => {
    requireOffsite(c.var.caller);
    const { secret } = await readWireBody(c.req.raw, secretSchema);
    await deps.secrets.replace(c.req.param('compartment'), secret);
    Object.assign(known, Object.fromEntries(own()));
    return c.json({ ok: true });
  });

  app.all('*', (c) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return c.notFound();
    deps.raise({
      rule: 'vault.append_only_refused',
      compartment: c.var.caller.startsWith(PREFIX) ? c.var.caller.slice(PREFIX.length) : null,
      summary: 'something other than adding or reading was asked of the vault; it refused',
      evidence: { method: c.req.method, path: c.req.path.slice(0, 200), caller: c.var.caller },
    });
    throw new EstateError('vault.append_only', `answering ${c.req.method}: the vault only adds and reads`);
  });
  return app;
}

/** Large contents come in parts, and go on where they broke off. */
function addUploadRoutes(app: WireApp, { vault }: Deps): void {
  const named = (c: Context<WireEnv>) => vault.holdings.nameOf(requireCompartment(c.var.caller), c.req.param('sha256') ?? '');
  app.post('/uploads/:sha256', async (c) => {
    const { bytes } = await readWireBody(c.req.raw, uploadSchema, 1024);
    return c.json(await vault.uploads.begin(named(c), bytes));
  });
  app.get('/uploads/:sha256', async (c) => c.json({ isHere: false, offset: await vault.uploads.offsetOf(named(c)) }));
  app.put('/uploads/:sha256', async (c) => {
    const offset = offsetSchema.safeParse(c.req.header('upload-offset'));
    if (!offset.success)
      throw new EstateError('input.invalid', 'receiving a blob: the header upload-offset must tell where to go on');
    return c.json(await vault.uploads.append(named(c), offset.data, cutWhenStalled(c.env.incoming)));
  });
}

/** Small contents, many at once: a call for each would cost more than they do. */
function addParcelRoutes(app: WireApp, { vault }: Deps): void {
  const underWay = new Map<string, number>();
  app.post('/blobs/parcels', async (c) => {
    const compartment = requireCompartment(c.var.caller);
    const others = underWay.get(compartment) ?? 0;
    // Each is held in memory whole.
    if (others >= BODIES_AT_ONCE)
      throw new EstateError('request.too_many', `adding blobs of ${compartment}: ${BODIES_AT_ONCE} such calls are under way`);
    underWay.set(compartment, others + 1);
    try {
      const outcomes = await vault.addParcels(compartment, await readParcels(cutWhenStalled(c.env.incoming)));
      return c.json({ outcomes } satisfies ParcelOutcomes);
    } finally {
      underWay.set(compartment, (underWay.get(compartment) ?? 1) - 1);
    }
  });
  app.post('/blobs/wanted', async (c) => {
    const compartment = requireCompartment(c.var.caller);
    const { digests } = await readWireBody(c.req.raw, wantedSchema);
    const found = await readAtOnce(vault, compartment, digests);
    return answerStream(c, { 'content-type': 'application/octet-stream', 'content-length': String(wireBytesOf(found)) }, [
      encodeParcels(found),
    ]);
  });
}

/** As many as fit into one answer; the others are asked for again. */
async function readAtOnce({ holdings }: Vault, compartment: string, digests: readonly string[]): Promise<Parcel[]> {
  const found: Parcel[] = [];
  let left = PARCELS_BYTES;
  await forEachAtOnce(digests, READ_AT_ONCE, async (sha256) => {
    const parcel = await readParcel(holdings, compartment, sha256);
    if (!parcel || parcel.bytes.length > left) return;
    left -= parcel.bytes.length;
    found.push(parcel);
  });
  return found;
}

/** What the vault asks of a compartment, which asks for it: the vault calls nobody. */
function addDutyRoutes(app: WireApp, { vault }: Deps): void {
  const { holdings, register } = vault;
  app.get('/duties', (c) => {
    const compartment = requireCompartment(c.var.caller);
    const wanted = holdings.listWanted(compartment, DUTIES_AT_ONCE);
    return c.json({ wanted, erased: register.listAskedErased(compartment, DUTIES_AT_ONCE) } satisfies VaultDuties);
  });
  app.post('/duties/erased/:sha256', async (c) => {
    const name = holdings.nameOf(requireCompartment(c.var.caller), c.req.param('sha256'));
    await register.write(() => register.noteErasedThere(name));
    return c.json({ ok: true });
  });
}

/** Only recovery asks for it, on the word of two operators. */
function addErasureRoutes(app: WireApp, { vault }: Deps): void {
  app.post('/compartments/:compartment/erase', async (c) => {
    requireOffsite(c.var.caller);
    const { sha256, request } = await readWireBody(c.req.raw, eraseSchema, 1024);
    return c.json(await vault.erase(vault.holdings.nameOf(c.req.param('compartment'), sha256), request));
  });
  app.post('/compartments/:compartment/allow', async (c) => {
    requireOffsite(c.var.caller);
    const { sha256 } = await readWireBody(c.req.raw, eraseSchema.pick({ sha256: true }), 1024);
    await vault.allow(vault.holdings.nameOf(c.req.param('compartment'), sha256));
    return c.json({ ok: true });
  });
}

/** Recovery looks for names and writes down what goes; the vault judges leases, lets go, and takes away. */
function addCollectionRoutes(app: WireApp, { vault }: Deps): void {
  const at = '/compartments/:compartment/collection';
  app.post(at, async (c) => {
    requireOffsite(c.var.caller);
    return c.json(vault.collection.begin(c.req.param('compartment'), await readWireBody(c.req.raw, collectionAskedSchema, 1024)));
  });
  app.post(`${at}/finish`, async (c) => {
    requireOffsite(c.var.caller);
    return c.json(
      await vault.collection.finish(c.req.param('compartment'), await readWireBody(c.req.raw, collectionFoundSchema)),
    );
  });
  app.get(`${at}/leaving`, (c) => {
    requireOffsite(c.var.caller);
    return c.json(vault.collection.tellLeaving(c.req.param('compartment')));
  });
  app.post(`${at}/remove`, async (c) => {
    requireOffsite(c.var.caller);
    return c.json(await vault.collection.remove(c.req.param('compartment')));
  });
}

async function answerBlob(c: Context<WireEnv>, deps: Deps, compartment: string, sha256: string): Promise<Response> {
  const { holdings } = deps.vault;
  const name = holdings.nameOf(compartment, sha256);
  const held = await holdings.renewLease(name);
  if (c.req.method === 'HEAD' && held !== undefined) return new Response(null, { headers: headersOf(held) });
  // Also when nothing was found: opening tells apart what is missing from what is damaged.
  const { stream, bytes } = await holdings.open(name);
  // Rejects when the whole blob fitted into one chunk and was damaged: then there is still time for a clear refusal.
  await once(stream, 'readable');
  c.env.outgoing.writeHead(200, headersOf(bytes));
  await passOn(stream, c.env.outgoing).catch((error: unknown) => deps.log.warn({ err: error, sha256 }, 'sending a blob'));
  return RESPONSE_ALREADY_SENT;
}

function headersOf(bytes: number): Record<string, string> {
  return { 'content-type': 'application/octet-stream', 'content-length': String(bytes) };
}

function requireCompartment(caller: string): string {
  if (caller.startsWith(PREFIX)) return caller.slice(PREFIX.length);
  throw new EstateError('request.forbidden', 'answering a call: only a compartment adds and reads at /blobs');
}

function requireOffsite(caller: string): void {
  if (caller === OFFSITE) return;
  throw new EstateError('request.forbidden', 'answering a call: only off-site reads what belongs to others');
}

/** A sender that stops halfway keeps a place among the uploads no longer than this. */
function cutWhenStalled(body: Readable): Readable {
  const timer = setTimeout(() => body.destroy(new EstateError('request.timed_out', 'receiving a blob: it stopped')), STALL_MS);
  body.on('data', () => timer.refresh()).pause();
  body.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  return body;
}
