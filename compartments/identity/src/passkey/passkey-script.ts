import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';
import { type Html, html } from '@bulkhead/web';

const bytes = readFileSync(new URL('passkey.script.js', import.meta.url));
const file = `${sha256Hex(bytes).slice(0, 32)}.js`;

/** The one policy under which a page of identity runs a script: its own. */
export const SCRIPT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For the head of a page with a form for passkeys. */
export const passkeyScript: Html = html`<script src="/assets/${file}" defer></script>`;

/** Answers GET /assets/:file; null for another file. */
export function answerScript(asked: string): Response | null {
  if (asked !== file) return null;
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
  });
}
