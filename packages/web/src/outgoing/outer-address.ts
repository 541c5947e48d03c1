import { BlockList, isIP } from 'node:net';

/** Networks that no address of the outside lies in (RFC 6890 and its kin): what answers there is this house, or a trap. */
const INNER: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 3, 'ipv6'],
  ['4000::', 2, 'ipv6'],
  ['8000::', 1, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];
// One list each: in a common one every IPv4 address would lie in `::`, as one that is written as IPv6.
const inner = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix, family] of INNER) inner[family].addSubnet(network, prefix, family);

/** Whether an address may be asked: one of the world outside, by what the tables of special networks say. */
export function isOuterAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  return !inner[kind].check(address, kind);
}

/** Whether a host is this machine itself: where software on a person's own device listens. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost' || hostname.endsWith('.localhost');
}

export type UrlFault = 'not a url' | 'not https' | 'has a fragment' | 'names a user' | 'too long' | 'inner address';

const LONGEST_URL = 500;

/**
 * Judges an address that this process would ask: https only, nobody's name in it, no address of this house.
 * What its name resolves to is judged when it is asked.
 */
export function judgeOutgoingUrl(text: string, mayBeInner: boolean): UrlFault | null {
  const common = judgeUrl(text);
  if (common !== null || mayBeInner) return common;
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'not https';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isLoopbackHost(url.hostname) || (isIP(host) !== 0 && !isOuterAddress(host)) ? 'inner address' : null;
}

/** Judges an address to which browsers are sent with what a client asked for: https, or http on the person's own machine. */
export function judgeRedirectUri(text: string): UrlFault | null {
  const common = judgeUrl(text);
  if (common !== null) return common;
  const url = new URL(text);
  if (url.protocol === 'https:') return null;
  return url.protocol === 'http:' && isLoopbackHost(url.hostname) ? null : 'not https';
}

function judgeUrl(text: string): UrlFault | null {
  if (text.length > LONGEST_URL) return 'too long';
  if (!/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return 'not a url';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not https';
  if (text.includes('#')) return 'has a fragment';
  return url.username === '' && url.password === '' ? null : 'names a user';
}
