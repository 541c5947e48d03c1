import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@bulkhead/testkit';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';
const MODULE = `${MODULES}/mod_auth_openidc.so`;

/** Why Apache with mod_auth_openidc, an OpenID Connect client written in C, cannot be tried here; false if it can. */
export const WITHOUT_APACHE: string | false =
  existsSync(APACHE) && existsSync(MODULE) ? false : 'apache2 with mod_auth_openidc is not installed';

export type ForeignSoftware = {
  /** Whom it shows to nobody who has not signed in. */
  readonly page: string;
  readonly redirectUri: string;
  readonly backchannelLogoutUri: string;
  readonly readLog: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** Where an Apache that is to come will be found: it must be registered before it can start. */
export function placeOf(port: number): Pick<ForeignSoftware, 'page' | 'redirectUri' | 'backchannelLogoutUri'> {
  const origin = `http://127.0.0.1:${port}`;
  const redirectUri = `${origin}/callback`;
  return { page: `${origin}/inside/`, redirectUri, backchannelLogoutUri: `${redirectUri}?logout=backchannel` };
}

/** Starts Apache with a page that only people of the issuer see, as its handbook says and with nothing of ours. */
export async function startApache(given: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
}): Promise<ForeignSoftware> {
  const directory = await mkdtemp(join(tmpdir(), 'bha-'));
  await chmod(directory, 0o711);
  await mkdir(join(directory, 'www', 'inside'), { recursive: true });
  await writeFile(join(directory, 'www', 'inside', 'index.html'), 'Inside.\n');
  await writeFile(join(directory, 'apache.conf'), configurationOf(directory, given));
  const child = spawn(APACHE, ['-d', directory, '-f', join(directory, 'apache.conf'), '-DFOREGROUND'], { stdio: 'ignore' });
  const readLog = () => readFile(join(directory, 'error.log'), 'utf8').catch(() => '');
  const stop = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => isListening(given.port), { what: 'Apache listens' });
  } catch (cause) {
    const log = await readLog();
    await stop();
    throw new Error(`Apache did not start: ${log}`, { cause });
  }
  return { ...placeOf(given.port), readLog, stop };
}

function configurationOf(
  directory: string,
  given: { readonly port: number; readonly issuer: string; readonly clientId: string; readonly secret: string },
): string {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'dir', 'headers'];
  return `ServerName 127.0.0.1:${given.port}
Listen 127.0.0.1:${given.port}
User #65534
Group #65534
DefaultRuntimeDir ${directory}
PidFile ${directory}/pid
Mutex file:${directory} default
ErrorLog ${directory}/error.log
${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
DocumentRoot ${directory}/www
DirectoryIndex index.html
OIDCProviderMetadataURL ${given.issuer}/.well-known/openid-configuration
OIDCClientID ${given.clientId}
OIDCClientSecret ${given.secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRedirectURI ${placeOf(given.port).redirectUri}
OIDCCryptoPassphrase "only for this test"
OIDCRemoteUserClaim sub
OIDCPassUserInfoAs json
<Location />
  AuthType openid-connect
  Require valid-user
  Header set userinfo "%{OIDC_userinfo_json}e"
</Location>
`;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
