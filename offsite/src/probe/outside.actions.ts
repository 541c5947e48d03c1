import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { type Estate, originUrl } from '@bulkhead/contracts';

export type OutsideEstate = Pick<Estate, 'domain' | 'port' | 'tls' | 'listenAddress' | 'gatewayAddress'>;

/** One GET at an origin's public address, as a stranger sends it: with no cookie and no credentials. */
export function askFromOutside(
  estate: OutsideEstate,
  asked: {
    readonly host: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
  answered: (answer: IncomingMessage) => void,
): ClientRequest {
  const url = new URL(asked.path, originUrl(estate, asked.host));
  const options: RequestOptions & { servername?: string; ca?: string } = {
    method: 'GET',
    host: addressOf(estate, url.hostname),
    port: estate.gatewayAddress?.port ?? estate.port,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, accept: '*/*', ...asked.headers },
    agent: false,
    signal: asked.signal,
  };
  if (estate.tls) Object.assign(options, { servername: url.hostname, ...authorityOf(estate.tls.certificateFile) });
  return (estate.tls ? requestSecurely : request)(options, answered);
}

// Node cannot resolve www.localhost; elsewhere the name is what a stranger would look up.
function addressOf({ domain, listenAddress, gatewayAddress }: OutsideEstate, hostname: string): string {
  if (gatewayAddress) return gatewayAddress.host;
  if (domain !== 'localhost' && !domain.endsWith('.localhost')) return hostname;
  if (listenAddress === '0.0.0.0') return '127.0.0.1';
  return listenAddress === '::' ? '::1' : listenAddress;
}

/** A certificate that no authority signed is known by its own file, where that can be read. */
function authorityOf(certificateFile: string): { readonly ca?: string } {
  try {
    return { ca: readFileSync(certificateFile, 'utf8') };
  } catch {
    return {};
  }
}
