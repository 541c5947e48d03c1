import type { Signed } from '@bulkhead/contracts';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type KeptCommand = {
  readonly nonce: string;
  readonly operator: string;
  readonly kind: string;
  readonly signed: Signed;
  readonly receivedAt: Date;
};
export type CommandStore = {
  /** False if the nonce was used before. */
  readonly keepCommand: (command: KeptCommand) => Promise<boolean>;
};

export function createCommandStore(db: Kysely<Schema>): CommandStore {
  return {
    keepCommand: async ({ nonce, operator, kind, signed, receivedAt }) => {
      try {
        await db
          .insertInto('operator_command')
          .values({ nonce, operator, kind, signed_command: JSON.stringify(signed), received_at: receivedAt })
          .execute();
        return true;
      } catch (error) {
        if (violatedConstraint(error) === undefined) throw error;
        return false;
      }
    },
  };
}
