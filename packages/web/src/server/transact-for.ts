import type { CompartmentContext } from './compartment-env.ts';

/** The part of a database that a request needs: its one tagged transaction. */
export type Transacts<Transaction> = {
  transact<Result>(
    token: string,
    run: (transaction: Transaction) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly xid: string | null }>;
};

/** Runs a transaction on behalf of a request. */
export type Transact<Transaction> = <Result>(run: (transaction: Transaction) => Promise<Result>) => Promise<Result>;

/** Binds the request's token to the database's transactions, and notes each committed one for the gateway's receipt. */
export function transactFor<Transaction>(c: CompartmentContext, database: Transacts<Transaction>): Transact<Transaction> {
  return async (run) => {
    const { result, xid } = await database.transact(c.var.token, run);
    if (xid !== null) c.var.commits.push(xid);
    return result;
  };
}
