import { rm } from 'node:fs/promises';
import {
  type Adopted,
  type CompartmentManifest,
  type Estate,
  hasCluster,
  originUrl,
  type Placeholder,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { rolesOf } from '@bulkhead/postgres';
import type { ProcessSpec } from '@bulkhead/supervision';
import type { ProcessDeps } from './process.actions.ts';

/** The number in the name of a database's socket file. */
const DATABASE_PORT = '5432';

export type AdoptedDeps = Pick<ProcessDeps, 'name' | 'directory' | 'runtime' | 'own' | 'owner'> & {
  readonly manifest: Pick<CompartmentManifest, 'level' | 'origins'>;
  readonly adopted: Adopted;
  readonly estate: Pick<Estate, 'domain' | 'port' | 'tls'>;
  readonly newSecret: () => string;
};

/** What an adopted application is started with: what its manifest says, and nothing of anybody else. */
export function describeAdopted(deps: AdoptedDeps, mode: 'app' | 'reader', password: string): ProcessSpec | undefined {
  const { adopted, name, own, directory } = deps;
  if (mode === 'reader' && !adopted.runsReadOnly) return undefined;
  const url = originUrl(deps.estate, deps.manifest.origins[0]?.host ?? name);
  const values = valuesFor(deps, { mode, password, url });
  const fill = (template: string) => fillIn(template, values);
  const [program = '', ...given] = adopted.command.map(fill);
  const heap = adopted.command[0] === '{node}' ? [`--max-old-space-size=${adopted.memoryMb}`] : [];
  const command = [program, ...heap, ...given] as const;
  const environment = Object.fromEntries(Object.entries(adopted.environment).map(([variable, text]) => [variable, fill(text)]));
  const plain = adopted.listens === 'socket' ? { socket: own.socket } : { port: adopted.listens.port };
  return {
    name,
    entry: command.join(' '),
    program: { command: [program, ...command.slice(1)], directory },
    environment: async () => {
      // Most programs refuse to listen where a killed one left its socket.
      await rm(own.socket, { force: true });
      return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: own.blobs, LANG: 'C.UTF-8', ...environment };
    },
    owner: deps.owner,
    read: [],
    write: [],
    memoryMb: adopted.memoryMb,
    health: { plain, path: adopted.health, host: new URL(url).host },
    graceMs: adopted.stopSeconds * 1000,
    restart: 'always',
  };
}

function valuesFor(
  deps: AdoptedDeps,
  given: { readonly mode: 'app' | 'reader'; readonly password: string; readonly url: string },
): Readonly<Partial<Record<Placeholder, string>>> {
  const { adopted, name, own, runtime, directory } = deps;
  const user = hasCluster(deps.manifest) ? rolesOf(name)[given.mode === 'app' ? 'owner' : 'reader'] : '';
  const query = new URLSearchParams({ host: own.pgSockets, port: DATABASE_PORT });
  return {
    node: runtime.node,
    application: directory,
    // Set aside with the rows when an image is laid down: what it wrote there is as suspect as they are.
    data: own.blobs,
    origin: given.url,
    secret: deps.newSecret(),
    ...(adopted.listens === 'socket' ? { socket: own.socket } : { port: String(adopted.listens.port) }),
    ...(hasCluster(deps.manifest)
      ? {
          'database-url': `postgresql://${user}:${encodeURIComponent(given.password)}@localhost/${name}?${query.toString()}`,
          'database-host': own.pgSockets,
          'database-port': DATABASE_PORT,
          'database-name': name,
          'database-user': user,
          'database-password': given.password,
        }
      : {}),
  };
}

function fillIn(template: string, values: Readonly<Partial<Record<string, string>>>): string {
  return template.replaceAll(/\{([a-z-]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new EstateError('manifest.invalid', `starting an adopted application: nothing stands for {${name}}`);
  });
}
