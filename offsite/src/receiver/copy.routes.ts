import { archiveCopiedSchema, archiveCopySchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { copyArchive, removeCopy } from './copy.actions.ts';
import { ORDERS } from './receiver.routes.ts';

/** Adds what drills ask for: copies of an archive, apart, with damage planted in them. The archive itself is only read. */
export function addCopyRoutes(app: WireApp, dataDirectory: string, compartments: ReadonlySet<string>): void {
  const require = (caller: string) => {
    if (caller !== ORDERS) throw new EstateError('request.forbidden', 'copying an archive: this secret may only read');
  };
  app.post('/compartments/:name/copies', async (c) => {
    require(c.var.caller);
    const compartment = c.req.param('name');
    if (!compartments.has(compartment))
      throw new EstateError('compartment.unknown', `copying the archive of ${compartment}: it is not configured here`);
    const asked = await readWireBody(c.req.raw, archiveCopySchema);
    return c.json(archiveCopiedSchema.parse(await copyArchive(dataDirectory, { compartment, ...asked })));
  });
  app.delete('/copies/:id', async (c) => {
    require(c.var.caller);
    await removeCopy(dataDirectory, archiveCopySchema.shape.id.parse(c.req.param('id')));
    return c.json({ ok: true });
  });
}
