import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { findFreePort, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { Client } from 'ldapts';

/** Debian's OpenLDAP server, if it is installed. */
export const SLAPD = ['/usr/sbin/slapd', '/usr/lib/openldap/slapd', '/usr/libexec/slapd'].find((path) => existsSync(path));
const SCHEMAS = '/etc/ldap/schema';
const MODULES = '/usr/lib/ldap';
export const BASE = 'dc=example,dc=org';
export const READER = { dn: `cn=reader,${BASE}`, password: 'may look, and nothing else' };
const ROOT = { dn: `cn=root,${BASE}`, password: 'only this test knows' };

export type Certificate = { readonly key: string; readonly cert: string };
export type Authority = Certificate & {
  readonly issue: (given?: { readonly names?: string; readonly days?: number }) => Promise<Certificate>;
};

/** An authority of a test, which issues certificates for this machine. */
export async function makeAuthority(): Promise<Authority> {
  const directory = await temporaryDirectory();
  const file = (name: string) => join(directory, name);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const run = (...given: string[]) => execFileSync('openssl', given, { stdio: 'ignore' });
  run('req', '-x509', ...ec, '-days', '2', '-subj', '/CN=Authority', '-keyout', file('ca.key'), '-out', file('ca.pem'));
  const read = async (name: string) => ({
    key: await readFile(file(`${name}.key`), 'utf8'),
    cert: await readFile(file(`${name}.pem`), 'utf8'),
  });
  let issued = 0;
  const issue = async ({ names = 'IP:127.0.0.1,DNS:localhost', days = 2 } = {}) => {
    const name = `leaf${++issued}`;
    await writeFile(file('ext'), `subjectAltName=${names}\n`);
    run('req', '-new', ...ec, '-subj', '/CN=Server', '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`));
    const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('ext')];
    run('x509', '-req', '-in', file(`${name}.csr`), ...by, '-days', String(days), '-out', file(`${name}.pem`));
    return read(name);
  };
  return { ...(await read('ca')), issue };
}

export type ScratchDirectory = {
  /** With TLS from the first byte, and without until StartTLS. */
  readonly tlsPort: number;
  readonly plainPort: number;
  /** The directory as whoever runs it changes it. */
  readonly root: Client;
  readonly stop: () => Promise<void>;
};

/** Starts OpenLDAP on the loopback, in a directory of its own, with a service account that may read. */
export async function startDirectory(slapd: string, certificate: Certificate): Promise<ScratchDirectory> {
  const directory = await temporaryDirectory();
  const file = (name: string) => join(directory, name);
  await mkdir(file('data'));
  await writeFile(file('cert.pem'), certificate.cert);
  await writeFile(file('key.pem'), certificate.key, { mode: 0o600 });
  await writeFile(file('slapd.conf'), configurationOf(directory));
  const [tlsPort, plainPort] = [await findFreePort(), await findFreePort()];
  const listen = `ldaps://127.0.0.1:${tlsPort}/ ldap://127.0.0.1:${plainPort}/`;
  const process = spawn(slapd, ['-f', file('slapd.conf'), '-h', listen, '-d', '0'], { stdio: 'ignore' });
  const stop = () => end(process);
  after(stop);
  await waitUntil(() => isListening(tlsPort), { what: 'slapd listens' });
  const root = new Client({ url: `ldaps://127.0.0.1:${tlsPort}`, tlsOptions: { rejectUnauthorized: false } });
  after(() => root.unbind());
  await root.bind(ROOT.dn, ROOT.password);
  await root.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
  for (const ou of ['people', 'groups']) await root.add(`ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou });
  await root.add(READER.dn, {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: 'reader',
    userPassword: READER.password,
  });
  return { tlsPort, plainPort, root, stop };
}

function configurationOf(directory: string): string {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include ${SCHEMAS}/${name}.schema`);
  return `${schemas.join('\n')}
pidfile ${directory}/pid
modulepath ${MODULES}
moduleload back_mdb
moduleload memberof
TLSCACertificateFile ${directory}/cert.pem
TLSCertificateFile ${directory}/cert.pem
TLSCertificateKeyFile ${directory}/key.pem
# What a careless administrator may have switched on: an empty password is a success, for nobody.
allow bind_anon_cred bind_anon_dn
database mdb
suffix ${BASE}
directory ${directory}/data
maxsize 16777216
dbnosync
rootdn ${ROOT.dn}
rootpw "${ROOT.password}"
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${READER.dn}" read by self read by * none
overlay memberof
`;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGTERM');
  await ended;
}
