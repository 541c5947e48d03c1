/**
 * Tells whether an address may stand in a link, form or image: a path, query or fragment of ours, or http, https, mailto.
 * Browsers drop tabs, line ends and leading control characters from addresses and read `\` as `/`: such addresses are refused.
 */
export function isSafeUrl(url: string): boolean {
  for (let at = 0; at < url.length; at += 1) {
    const code = url.charCodeAt(at);
    if (code <= 0x20 || code === 0x5c || code === 0x7f) return false;
  }
  if (url === '' || url.startsWith('?') || url.startsWith('#')) return true;
  if (url.startsWith('/')) return !url.startsWith('//');
  if (/^(?:https?:\/\/[^/]|mailto:)/i.test(url)) return true;
  // A relative path: no colon before the first slash, query or fragment, so that no scheme can begin it.
  return /^[^:/?#]+(?:[/?#]|$)/.test(url);
}
