import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Pin } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';

/** By what a site shows who it is: a key that never leaves it, and a certificate that only carries the public half. */
export const identitySchema = z.object({ certificate: z.string().max(4096), key: z.string().max(4096) });
export type Identity = z.infer<typeof identitySchema>;

const ALGORITHM = { name: 'Ed25519' } as const;
/** Nobody judges it: what counts is the pinned key, whatever the clocks say. */
const YEARS = 10;
const YEAR_MS = 31_557_600_000;

/** Makes a key and its self-signed certificate, both in PEM. */
export async function makeIdentity(name: string, now: Date): Promise<Identity> {
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  // As the library's types know it: they list fewer usages than Node's.
  const keys = (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: now,
    notAfter: new Date(now.getTime() + YEARS * YEAR_MS),
  });
  const exported = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: exported, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: certificate.toString('pem'), key: key.toString() };
}

/** The pin of an identity's key. */
export function pinOf(identity: Pick<Identity, 'certificate'>): Pin {
  return pinOfCertificate(new X509Certificate(identity.certificate));
}

/** When an identity's certificate ends: nobody refuses it for that, and somebody is told in time. */
export function endOf(identity: Pick<Identity, 'certificate'>): string {
  return new Date(new X509Certificate(identity.certificate).validTo).toISOString();
}

/** The pin of the key in a certificate: SHA-256 of its SPKI. */
export function pinOfCertificate(certificate: X509Certificate): Pin {
  return sha256Hex(certificate.publicKey.export({ type: 'spki', format: 'der' }));
}
