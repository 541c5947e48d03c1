import { languageSchema, originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { getRunningEstate } from '#estate/run.ts';
import { type Command, EXIT, JSON_OPTION } from '../command.ts';

const invitationSchema = z.object({ secret: z.string(), expiresAt: z.string() });

export const command: Command = {
  summary: 'Invite the first person who administers accounts.',
  words: '<e-mail address>',
  count: [1, 1],
  options: {
    name: { type: 'string', value: 'name', help: 'how the person is called (needed)' },
    language: { type: 'string', value: 'ar|zh|en|fr|ru|es', help: 'the language they read; en unless told' },
    json: JSON_OPTION,
  },
  details: `
An estate that is no sample begins without accounts, and no password is ever set by default. This invites one person
to administer them: it prints a secret, once, with which that person chooses how to sign in, on the page that is named.
The secret is good for three days and for one use; run the command again for a new one.
While somebody administers accounts it refuses: let them invite others. If they cannot sign in, use the sealed
break-glass codes. If nobody administers any more, because the last role ended, it invites again.
With --json: { address, secret, expiresAt }.`,
  run: async ({ words, options }, { paths, print }) => {
    const { estate, headquarters } = await getRunningEstate(paths);
    const [email = ''] = words;
    const displayName = options['name'];
    if (typeof displayName !== 'string' || displayName.trim() === '')
      throw new EstateError('input.invalid', 'inviting an administrator: say how they are called with --name "First Last"');
    const language = languageSchema.safeParse(options['language'] ?? 'en');
    if (!language.success)
      throw new EstateError('input.invalid', 'inviting an administrator: the language is one of ar, zh, en, fr, ru, es');
    const body = { email, displayName, language: language.data };
    const { secret, expiresAt } = await callWire(
      headquarters,
      { method: 'POST', path: '/administrator', body },
      invitationSchema,
    );
    const address = `${originUrl(estate, 'id')}/set-up`;
    if (options['json']) print(JSON.stringify({ address, secret, expiresAt }));
    else
      for (const line of [
        `${displayName} can set up the account of an administrator at  ${address}`,
        `with this secret, once, until ${expiresAt}:  ${secret}`,
        'It is shown only now. Hand it over in a way that only they can read.',
      ])
        print(line);
    return EXIT.done;
  },
};
