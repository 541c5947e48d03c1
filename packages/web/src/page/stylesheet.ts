import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';

/** A stylesheet, named by its content: it can be kept for ever. */
export type Stylesheet = { readonly path: string; readonly contentType: string; readonly bytes: Uint8Array };

const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';
let loaded: Stylesheet | undefined;

/** Reads the stylesheet of all pages but those of the public; once a process. */
export function getStylesheet(): Stylesheet {
  loaded ??= composeStylesheet(readFileSync(new URL('stylesheet.css', import.meta.url)));
  return loaded;
}

/** Answers GET /assets/:file; null for a file that there is not. */
export function answerAsset(file: string): Response | null {
  const { path, contentType, bytes } = getStylesheet();
  if (path !== `/assets/${file}`) return null;
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType, 'cache-control': KEPT_FOR_EVER } });
}

/** Puts what all sheets have in common before a sheet's own rules. */
export function composeStylesheet(own: Uint8Array): Stylesheet {
  const bytes = Buffer.concat([readFileSync(new URL('foundation.css', import.meta.url)), Buffer.from('\n'), own]);
  return { path: `/assets/${sha256Hex(bytes).slice(0, 32)}.css`, contentType: 'text/css; charset=utf-8', bytes };
}
