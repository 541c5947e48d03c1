import { execFileSync } from 'node:child_process';
import { connect } from 'node:tls';
import type { Host } from '#two-hosts.ts';

const BY_ADDRESS = new URL('../../examples/names/by-address', import.meta.url).pathname;
/** What each host calls its port. */
const PORT_NAME = 'public';

/** The network on which people reach both hosts: each has an address of its own, and one leads to whichever of them holds it. */
export class PublicNetwork {
  readonly #hosts: readonly Host[];
  readonly #bridge = `bh${process.pid}n`;
  readonly #network = `10.84.${process.pid % 200}`;
  /** The address that moves between the hosts. */
  readonly virtualAddress = `${this.#network}.100`;

  private constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
  }

  /** A cable from each host to a switch, and one from here, where people are. */
  static make(...hosts: readonly Host[]): PublicNetwork {
    const network = new PublicNetwork(hosts);
    ip('link', 'add', network.#bridge, 'type', 'bridge');
    ip('addr', 'add', `${network.#network}.1/24`, 'dev', network.#bridge);
    ip('link', 'set', network.#bridge, 'up');
    for (const [at, { namespace }] of hosts.entries()) {
      const here = network.#cableOf(at);
      ip('link', 'add', here, 'type', 'veth', 'peer', 'name', PORT_NAME, 'netns', namespace);
      ip('link', 'set', here, 'master', network.#bridge, 'up');
      ip('-n', namespace, 'addr', 'add', `${network.#network}.${10 + at}/24`, 'dev', PORT_NAME);
      ip('-n', namespace, 'link', 'set', PORT_NAME, 'up');
    }
    return network;
  }

  addressOf(host: Host): string {
    return `${this.#network}.${10 + this.#hosts.indexOf(host)}`;
  }

  /** The words of the program that lets the virtual address lead to the host on which it is run, or not any more. */
  program(way: 'take' | 'give'): [string, ...string[]] {
    return [BY_ADDRESS, way, PORT_NAME, `${this.virtualAddress}/24`];
  }

  /** Runs that program on a host, as its administrator would. */
  runOn({ namespace }: Host, way: 'take' | 'give'): string {
    return execFileSync('ip', ['netns', 'exec', namespace, ...this.program(way)], { encoding: 'utf8' });
  }

  /** Takes a host's cable out, or puts it back. */
  cable(host: Host, isIn: boolean): void {
    ip('link', 'set', this.#cableOf(this.#hosts.indexOf(host)), isIn ? 'up' : 'down');
  }

  remove(): void {
    ip('link', 'del', this.#bridge);
  }

  #cableOf(at: number): string {
    return `bh${process.pid}${'uvwx'[at]}`;
  }
}

/** SHA-256 of the certificate that is shown under a name at an address, once it is found good for that name by this authority alone. */
export function findCertificate(address: string, port: number, servername: string, authority: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, servername, ca: authority, timeout: 10_000 }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.end();
    });
    socket.once('timeout', () => socket.destroy(new Error('nobody answers')));
    socket.once('error', reject);
  });
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
