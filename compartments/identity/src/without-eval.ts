import { registerHooks } from 'node:module';

/**
 * oidc-provider's server marks what is out of date by a package that writes functions as text, which this process is forbidden
 * (--disallow-code-generation-from-strings). The package's own form for browsers does without. To be imported before anything else.
 */
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'depd' ? 'depd/lib/browser/index.js' : specifier, context),
});
