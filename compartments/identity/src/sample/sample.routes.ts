import { EstateError } from '@bulkhead/kernel';
import type { CompartmentApp } from '@bulkhead/web';
import type { SampleAccount } from '#sample-accounts.ts';

/** Tells the supervisor of a sample estate with what people can sign in. Any other estate has no such path. */
export function addSampleRoutes(app: CompartmentApp, accounts: readonly SampleAccount[] | null): void {
  app.get('/.bulkhead/sample-accounts', (c) => {
    if (accounts === null) throw new EstateError('request.not_found', 'listing sample accounts: this is no sample estate');
    return c.json(
      accounts.map(({ email, password, totpSecret, displayName, roles }) => ({
        email,
        password,
        totpSecret,
        displayName,
        roles,
      })),
    );
  });
}
