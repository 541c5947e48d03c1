import { type Html, html } from '@bulkhead/web';
import type { Shell } from '#site/shell.rules.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import { drawQrCode } from './qr.rules.ts';
import { otpauthUri } from './totp.rules.ts';

/** The key of a new authenticator: as a picture to point a telephone at, and in letters. */
export function authenticatorKey(shell: Shell, given: { readonly totpSecret: string; readonly email: string }): Html {
  const words = identityWords(shell.language);
  const uri = otpauthUri(given.totpSecret, { organisation: shell.site.organisation, email: given.email });
  const { size, path } = drawQrCode(uri);
  return html`<p>${accessWords(shell.language).scanLead}</p>
<p><svg class="qr" role="img" aria-label="${accessWords(shell.language).qrCode}" viewBox="0 0 ${size} ${size}" width="240" height="240" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg></p>
<dl class="record">
<dt>${words.key}</dt><dd><code dir="ltr">${inFours(given.totpSecret)}</code></dd>
<dt>${words.keyAddress}</dt><dd><code dir="ltr">${uri}</code></dd>
</dl>`;
}

function inFours(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ');
}
