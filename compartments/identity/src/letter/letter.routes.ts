import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, fillIn, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { keepLanguage, type Site } from '#site/shell.rules.ts';
import { type EnterDeps, enterAs } from '#visit/enter.actions.ts';
import { accessWords } from '#words/access.ts';
import { type Letters, overlookLetters } from './letter.actions.ts';
import { lettersPage } from './letter.views.ts';
import type { Post } from './post.actions.ts';

type Deps = EnterDeps & {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly letters: Letters;
  readonly post: Post;
  readonly isReadOnly: boolean;
  /** Why the relay that the estate names cannot be used. */
  readonly relayFault: string | null;
};

/** The administrators' view of the mail, and the job that sends it. */
export function addLetterRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/letters', async (c) => {
    const { shell } = await enterAs(c, deps, '/letters');
    const overview = await overlookLetters(deps.database.read);
    const { relayFault } = deps;
    const relay = relayFault === null ? deps.post.relayState : ({ kind: 'fault', answer: relayFault } as const);
    return c.html(lettersPage(shell, { ...overview, relay, isWritten: c.req.query('done') === 'written' }).toString());
  });
  app.post('/letters/test', async (c) => {
    const { shell, account } = await enterAs(c, deps, '/letters');
    readForm(c, z.object({}));
    const words = accessWords(account.language);
    const { organisation } = deps.site;
    const text = { subject: fillIn(words.letterTest, { organisation }), paragraphs: [words.letterTestLead] };
    const transact = transactFor<Parameters<Letters['write']>[0]>(c, deps.database);
    await transact((trx) => deps.letters.write(trx, { ...account, accountId: account.id }, { kind: 'test', text }));
    return c.redirect(keepLanguage(shell, '/letters?done=written'), 303);
  });
  app.post('/.bulkhead/jobs/letters.send', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'sending letters: the call carries no token');
    const taken = deps.isReadOnly ? 0 : await deps.post.runRound(transactFor(c, deps.database));
    return c.json({ ok: true, taken });
  });
}
