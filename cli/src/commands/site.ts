import { readFile } from 'node:fs/promises';
import { EstateError } from '@bulkhead/kernel';
import { askLink, controlSchema, filesOfLink, Keyring, type LinkStatus, rotateKey } from '@bulkhead/link';
import type { WirePeer } from '@bulkhead/wire';
import { filesOf, SITES, type SiteName } from '#estate/paths.ts';
import { findPlacing, type HeadquartersPlacing, type OffsitePlacing, type Placing, SHOWN } from '#estate/placing.ts';
import { parseAddress, readCode, writeAddress, writeCode } from '#joining/code.ts';
import { initHeadquarters, joinOffsite } from '#joining/headquarters.ts';
import { initOffsite, inviteHeadquarters } from '#joining/offsite.ts';
import { orderAtDesk } from '#operator/request.ts';
import { type Act, runAct } from '../acts.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { untilAskedToStop } from '../stop-asked.ts';
import { alignColumns } from '../table.ts';

export const command: Command = {
  summary: 'Put the two sites on two hosts, joined by mutual TLS: make keys, invite, join, join again, change keys.',
  words: '<init|invite|join|readmit|rotate|show> [code]',
  count: [1, 2],
  options: {
    site: { type: 'string', value: 'name', help: 'init: which site this host is, offsite or headquarters' },
    address: {
      type: 'string',
      value: 'host:port',
      help: 'init, and join on an empty host: where the other site reaches this one',
    },
    listen: { type: 'string', value: 'host:port', help: 'init, off-site: where to listen, if that is another address here' },
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'readmit: why; goes into the ledger' },
    json: JSON_OPTION,
  },
  details: `
With both sites on one machine ("npm start") nothing of this is needed. With two hosts, once:

  on the off-site host       bulkhead site init --site offsite --address offsite.example.org:8600
  on the headquarters host   bulkhead site init --site headquarters --address 192.0.2.10:443
  on the off-site host       bulkhead site invite          prints a one-time code, and waits 15 minutes for it
  on the headquarters host   bulkhead site join <code>
  on each                    bulkhead start

init    makes this site's own keys, which never leave it. --address is, off-site, where headquarters connects to
        (one TCP port, which only headquarters' host needs to reach); at headquarters, where people and off-site's
        probes reach the gateway.
invite  off-site: the code carries off-site's address and key and a secret that is good for one use. Give it to the
        person at headquarters by a way that you trust: by telephone, or in person.
join    headquarters: tells off-site its public keys, and learns the estate, whom to trust, and the shared secrets.
        With --address it makes headquarters first, where nothing stands.
readmit off-site, while it runs: headquarters lost its keys. A second operator approves; then all is sealed, and "invite"
        ends the lost one's rights and prints a code for the new one. Its data come home by "bulkhead restore --all".
rotate  gives this site a new key for the link; the old one ends when the other site has taken the new one.
show    tells which site this is, both keys' pins, and whether the link stands.

The estate (organisation, domain, ports, compartments, mail) is configured off-site; at headquarters only what
belongs to its host (listenAddress, tlsCertificate and tlsKey, directories, postgres). docs/runbooks/join-two-sites.md`,
  run: (given, surroundings) => runAct('site', STEPS, given, surroundings),
};

const STEPS: Readonly<Record<string, Act>> = {
  init: { words: [0, 0], usage: 'init --site <name> --address <host:port>', run: init },
  invite: { words: [0, 0], usage: 'invite', run: invite },
  join: { words: [1, 1], usage: 'join <code>', run: join },
  readmit: { words: [0, 0], usage: 'readmit --reason <text>', run: readmit },
  rotate: { words: [0, 0], usage: 'rotate', run: rotate },
  show: { words: [0, 0], usage: 'show', run: show },
};

async function init(given: Given, surroundings: Surroundings): Promise<number> {
  const site = readSite(textOf(given, 'site'));
  const address = parseAddress(textOf(given, 'address') ?? '', '--address');
  const listen = textOf(given, 'listen');
  if (site === 'headquarters') await initHeadquarters(surroundings, address);
  else await initOffsite(surroundings, address, listen ? parseAddress(listen, '--listen') : listenAddressOf(address));
  const next =
    site === 'offsite'
      ? [
          `Off-site is made in ${surroundings.paths.data}. Headquarters must reach TCP ${writeAddress(address)}, and nobody else needs to.`,
          `The keys of the first two operators are in ${filesOf(surroundings.paths).operators}: hand each to its person and remove it from here.`,
          'Next, when "bulkhead site init --site headquarters" was given on the other host: bulkhead site invite',
        ]
      : [
          `Headquarters is made in ${surroundings.paths.data}. People and off-site's probes reach it at ${writeAddress(address)}.`,
          'Next: "bulkhead site invite" on the off-site host prints a code; here: bulkhead site join <code>',
        ];
  print(given, surroundings, { site, address, next }, next);
  return EXIT.done;
}

/** A name, or an address that this host does not have itself, is no place to listen at: then at every address. */
function listenAddressOf({ host, port }: { readonly host: string; readonly port: number }) {
  return { host: /^[0-9.]+$/.test(host) || host.includes(':') ? host : '::', port };
}

async function invite(given: Given, surroundings: Surroundings): Promise<number> {
  const placing = await requirePlacing(surroundings, 'offsite');
  const stopAsked = untilAskedToStop();
  await inviteHeadquarters(surroundings, placing, {
    stopAsked: stopAsked.signal,
    invited: (code) => {
      const text = writeCode(code);
      if (given.options['json']) return surroundings.print(JSON.stringify({ code: text, address: code.address, pin: code.pin }));
      surroundings.print(`On the headquarters host, within 15 minutes:\n\n  bulkhead site join ${text}\n`);
      return surroundings.tell('Waiting for headquarters. Ctrl-C makes the code void.');
    },
  });
  const next = 'Headquarters has joined. Next, here: bulkhead start';
  if (given.options['json']) surroundings.print(JSON.stringify({ joined: true }));
  else surroundings.print(next);
  return EXIT.done;
}

async function join(given: Given, surroundings: Surroundings): Promise<number> {
  const code = readCode(given.words[0] ?? '');
  const address = textOf(given, 'address');
  if (address !== undefined && !(await findPlacing(surroundings.paths)))
    await initHeadquarters(surroundings, parseAddress(address, '--address'));
  const placing = await requirePlacing(surroundings, 'headquarters');
  const estate = await joinOffsite(surroundings, placing, code);
  const names = estate.compartments.map(({ manifest }) => manifest.name);
  print(given, surroundings, { joined: true, offsite: code.address, compartments: names }, [
    `Joined off-site at ${writeAddress(code.address)}: ${estate.organisation}, with ${names.join(', ')}. Next, here: bulkhead start`,
  ]);
  return EXIT.done;
}

async function readmit(given: Given, surroundings: Surroundings): Promise<number> {
  await requirePlacing(surroundings, 'offsite');
  const reason = textOf(given, 'reason') ?? '';
  const { request = '' } = await orderAtDesk(given, surroundings, { kind: 'readmit', reason }, 'first-operator');
  print(given, surroundings, { request }, [
    `Asked for: ${request}. Nothing is done before a second operator approves: "bulkhead approve ${request}".`,
    'Then all that headquarters runs is sealed, and "bulkhead site invite" prints a code for the new one.',
  ]);
  return EXIT.done;
}

async function rotate(given: Given, surroundings: Surroundings): Promise<number> {
  const placing = await requirePlacing(surroundings);
  const pin = await rotateKey(await reachLink(surroundings, placing));
  print(given, surroundings, { pin }, [
    `This site has a new key, and the other site has taken it; the old one opens nothing any more. Its pin:\n  ${pin}`,
  ]);
  return EXIT.done;
}

async function show(given: Given, surroundings: Surroundings): Promise<number> {
  const placing = await findPlacing(surroundings.paths);
  if (!placing) {
    const told = 'Both sites are on this machine; nothing joins them but its own sockets.';
    print(given, surroundings, { site: null }, [told]);
    return EXIT.done;
  }
  const keyring = await Keyring.open(filesOf(surroundings.paths)[placing.site].linkDirectory);
  const link = await reachLink(surroundings, placing)
    .then((peer) => askLink(peer))
    .catch(() => undefined);
  const shown = { ...placing, pin: keyring.pin, peerPins: keyring.peerPins, link: link ?? null };
  print(given, surroundings, shown, describe(placing, keyring, link));
  return EXIT.done;
}

function describe(placing: Placing, keyring: Keyring, link: LinkStatus | undefined): string[] {
  const open = Object.entries(link?.open ?? {}).map(([service, count]) => `${service} ${count}`);
  return alignColumns([
    ['This is', SHOWN[placing.site]],
    ['Gateway at', placing.gateway ? writeAddress(placing.gateway) : 'told when headquarters joins'],
    ...(placing.site === 'offsite'
      ? [['Listens at', `${writeAddress(placing.listen)}, reached at ${writeAddress(placing.address)}`]]
      : [['Off-site at', placing.offsite ? writeAddress(placing.offsite) : 'not joined yet']]),
    ['Joined', placing.joinedAt ?? 'not yet'],
    ['Own key', keyring.pin],
    ["Other site's key", keyring.peerPins.join(', then ') || 'none yet'],
    [
      'Link',
      link ? (link.isUp ? `stands (${open.join(', ')})` : 'cut: the other site does not answer') : 'this site does not run',
    ],
    ...(link && link.strangers > 0 ? [['Strangers refused', String(link.strangers)]] : []),
  ]);
}

function print(given: Given, surroundings: Surroundings, value: unknown, lines: readonly string[]): void {
  if (given.options['json']) surroundings.print(JSON.stringify(value));
  else for (const line of lines) surroundings.print(line);
}

function readSite(text: string | undefined): SiteName {
  const site = SITES.find((name) => name === text);
  if (site) return site;
  throw new EstateError('input.invalid', 'reading --site: it is offsite, or headquarters; for example --site offsite');
}

function requirePlacing(surroundings: Surroundings, site: 'offsite'): Promise<OffsitePlacing>;
function requirePlacing(surroundings: Surroundings, site: 'headquarters'): Promise<HeadquartersPlacing>;
function requirePlacing(surroundings: Surroundings): Promise<Placing>;
async function requirePlacing({ paths }: Surroundings, site?: SiteName): Promise<Placing> {
  const placing = await findPlacing(paths);
  if (!placing)
    throw new EstateError(
      'site.wrong_state',
      `looking at ${paths.data}: no single site stands here; make one with "bulkhead site init --site ${site ?? 'offsite'} --address host:port"`,
    );
  if (site && placing.site !== site)
    throw new EstateError('site.elsewhere', `this installation is ${SHOWN[placing.site]}; give this command at ${SHOWN[site]}`);
  return placing;
}

async function reachLink({ paths }: Surroundings, { site }: Placing): Promise<WirePeer> {
  const { linkDirectory, linkControl } = filesOf(paths)[site];
  const { secret } = controlSchema.parse(JSON.parse(await readFile(filesOfLink(linkDirectory).control, 'utf8')));
  return { socket: linkControl, secret };
}
