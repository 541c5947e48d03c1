import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, readJson, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { dropCopies, keepCopy } from './copy.actions.ts';
import { copySchema, placeSchema } from './copy.rules.ts';

type CopyDeps = { readonly database: Database<Schema>; readonly now: Now };

/** Copies of what is being typed: kept by the editor, thrown away by whoever typed it. */
export function addCopyRoutes(app: CompartmentApp, deps: CopyDeps): void {
  app.post('/copies', async (c) => {
    await keepCopy(actingOf(c, deps), readJson(c, copySchema));
    return c.json({ kept: true });
  });

  app.post('/copies/drop', async (c) => {
    const form = readForm(c, z.object({ place: placeSchema }));
    if (!form.ok) return c.json({ code: 'input.invalid', faults: form.faults }, 422);
    const { place } = form.value;
    await dropCopies(actingOf(c, deps), place);
    const [articleId, number] = place.split('/');
    const path = number === undefined ? '/articles/new' : `/articles/${articleId}/versions/${number}/edit`;
    return c.redirect(`${path}?lang=${c.var.language}`, 303);
  });
}

function actingOf(c: CompartmentContext, { database, now }: CopyDeps) {
  const { accountId, displayName } = requirePerson(c);
  return { transact: transactFor(c, database), now, person: { accountId, name: displayName } };
}
