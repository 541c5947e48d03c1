import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { SecureContext } from 'node:tls';
import { type Estate, originUrl } from '@bulkhead/contracts';
import { trustAlso } from '@bulkhead/kernel';

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
  const options: RequestOptions & { servername?: string; secureContext?: SecureContext } = {
    method: 'GET',
    host: addressOf(estate, url.hostname),
    port: estate.gatewayAddress?.port ?? estate.port,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, accept: '*/*', ...asked.headers },
    agent: false,
    signal: asked.signal,
  };
  if (estate.tls) Object.assign(options, { servername: url.hostname, ...trustOf(estate.tls.certificateFile) });
  return (estate.tls ? requestSecurely : request)(options, answered);
}

// Node cannot resolve www.localhost; elsewhere the name is what a stranger would look up.
function addressOf({ domain, listenAddress, gatewayAddress }: OutsideEstate, hostname: string): string {
  if (gatewayAddress) return gatewayAddress.host;
  if (domain !== 'localhost' && !domain.endsWith('.localhost')) return hostname;
  if (listenAddress === '0.0.0.0') return '127.0.0.1';
  return listenAddress === '::' ? '::1' : listenAddress;
}

let trusted: { readonly certificates: string; readonly secureContext: SecureContext } | undefined;

/**
 * Strangers know the authorities of the world. Those of one's own come with the estate's certificate: its file holds the chain, or is
 * trusted by itself. Where it cannot be read, the world's must do.
 */
function trustOf(certificateFile: string): { readonly secureContext?: SecureContext } {
  try {
    const certificates = readFileSync(certificateFile, 'utf8');
    // Made of some hundred certificates each time it would cost more than the look itself.
    if (trusted?.certificates !== certificates) trusted = { certificates, secureContext: trustAlso(certificates) };
    return { secureContext: trusted.secureContext };
  } catch {
    return {};
  }
}
