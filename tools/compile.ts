/**
 * Compiles what the processes of an estate run, for faster starts: with `npm run compile`, by the user who starts the
 * estate, after each update. Only what root compiled is used by processes of other users.
 */
import { compileModules } from './src/compile.ts';

const entries = await compileModules(new URL('..', import.meta.url).pathname);
console.log(`compiled what ${entries} processes import`);
