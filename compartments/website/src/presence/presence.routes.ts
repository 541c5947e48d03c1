import type { Now } from '@bulkhead/kernel';
import { type CompartmentApp, readJson, requirePerson } from '@bulkhead/web';
import { z } from 'zod';
import { placeSchema } from '#copy/copy.rules.ts';
import type { Presence } from './presence.rules.ts';

const tellingSchema = z.strictObject({ place: placeSchema });

/** The editor says that a draft is open, and learns who else has it open. */
export function addPresenceRoute(app: CompartmentApp, deps: { readonly presence: Presence; readonly now: Now }): void {
  app.post('/presence', (c) => {
    const { accountId, displayName } = requirePerson(c);
    const { place } = readJson(c, tellingSchema);
    return c.json({ others: deps.presence.tell(place, { accountId, name: displayName }, deps.now()) });
  });
}
