import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A certificate with its chain, and its key: files as an operator has them. */
export type Issued = { readonly certificateFile: string; readonly keyFile: string; readonly fingerprint: string };

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority that no browser knows, as an organisation may have one for its inner network. */
export class Authority {
  readonly #directory: string;
  /** What people have who trust it, PEM. */
  readonly certificate: string;

  private constructor(directory: string, certificate: string) {
    this.#directory = directory;
    this.certificate = certificate;
  }

  static async found(directory: string): Promise<Authority> {
    const [key, certificate] = [join(directory, 'authority.key'), join(directory, 'authority.pem')];
    openssl('req', '-x509', ...EC, '-days', '2', '-subj', '/CN=Authority of a test', '-keyout', key, '-out', certificate);
    return new Authority(directory, await readFile(certificate, 'utf8'));
  }

  /** A certificate for a domain and all names in it, with a key of its own. */
  async issue(name: string, domain: string): Promise<Issued> {
    const file = (ending: string) => join(this.#directory, `${name}.${ending}`);
    openssl('req', ...EC, '-subj', `/CN=${domain}`, '-keyout', file('key'), '-out', file('csr'));
    await writeFile(file('ext'), `subjectAltName=DNS:${domain},DNS:*.${domain}\n`);
    const by = [
      '-CA',
      join(this.#directory, 'authority.pem'),
      '-CAkey',
      join(this.#directory, 'authority.key'),
      '-CAcreateserial',
    ];
    openssl('x509', '-req', '-in', file('csr'), ...by, '-days', '2', '-extfile', file('ext'), '-out', file('leaf'));
    const leaf = await readFile(file('leaf'), 'utf8');
    await writeFile(file('pem'), leaf + this.certificate);
    return { certificateFile: file('pem'), keyFile: file('key'), fingerprint: new X509Certificate(leaf).fingerprint256 };
  }
}

function openssl(...words: string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
