import type { Admin } from '../session/connection.ts';
import { quoteLiteral } from '../session/quote.ts';
import { TOKEN_PREFIX } from './provenance-sql.ts';

/**
 * Runs statements that change roles, settings of roles, or who may enter a database. With a token all of them stand in one
 * transaction behind it, sent as one message: no other statement of the session comes between. Changes of what a cluster's
 * databases share are seen by no event trigger; off-site reads them in the WAL and knows the estate's own by the token, each of
 * which counts once.
 */
export async function runTagged(admin: Admin, token: string | undefined, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  if (token === undefined) {
    for (const statement of statements) await admin.query(statement);
    return;
  }
  const tag = `select pg_logical_emit_message(true, ${quoteLiteral(TOKEN_PREFIX)}, ${quoteLiteral(token)})`;
  await admin.query([tag, ...statements].join(';\n'));
}
