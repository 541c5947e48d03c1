import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/**
 * Trusts these certificates (PEM) beside the authorities that Node knows. One of them may be a server's own: whoever shows it needs no
 * authority behind it.
 */
export function trustAlso(certificates: string): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, certificates], allowPartialTrustChain: true });
}
