import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findFreePort, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { runNameHook } from './names.actions.ts';

const EXAMPLES = new URL('../../../../examples/names/', import.meta.url).pathname;
const NAMED = '/usr/sbin/named';
const WITHOUT_NAMED = existsSync(NAMED) && existsSync('/usr/bin/nsupdate') ? false : 'named and nsupdate are not installed';
const MAY_CHANGE_NETWORKS =
  spawnSync('/usr/bin/unshare', ['--net', 'ip', 'link', 'show']).status === 0 ? false : 'needs root and network namespaces';
const TO = { to: 'stand-in', names: ['www.example.org', 'id.example.org'] } as const;

test('the names move by a signed update of DNS, all of them or none, and home again', { skip: WITHOUT_NAMED }, async () => {
  const { port, key, wrongKey } = await serveZone();
  const hook = (file: string, away: string[], home = ['203.0.113.7']) => {
    const program = (addresses: string[]): [string, ...string[]] => [
      join(EXAMPLES, 'by-dns'),
      `127.0.0.1#${port}`,
      'example.org',
      file,
      '60',
      ...addresses,
    ];
    return { away: program(away), home: program(home), timeoutSeconds: 20 };
  };
  const ask = (name: string, type: string) =>
    execFileSync('dig', ['+short', '@127.0.0.1', '-p', String(port), name, type], { encoding: 'utf8' }).trim();
  const moved = await runNameHook(hook(key, ['198.51.100.7', '2001:db8::7']), 'away', TO);
  assert.match(moved ?? '', /by-dns: done; it said: moved to 198\.51\.100\.7 2001:db8::7: www\.example\.org id\.example\.org/);
  for (const name of TO.names) assert.deepEqual([ask(name, 'A'), ask(name, 'AAAA')], ['198.51.100.7', '2001:db8::7']);
  const refused = await runNameHook(hook(wrongKey, ['198.51.100.9']), 'away', TO);
  assert.match(refused ?? '', /ended with \d+; it said: .*(BADKEY|NOTAUTH|BADSIG)/s);
  const foreign = { ...TO, names: ['www.example.org', 'www.example.com'] };
  const outside = await runNameHook(hook(key, ['198.51.100.9']), 'away', foreign);
  assert.match(outside ?? '', /ended with 1; it said: www\.example\.com is not in the zone example\.org/);
  assert.equal(ask('www.example.org', 'A'), '198.51.100.7', 'neither changed anything');
  assert.match((await runNameHook(hook(key, []), 'home', TO)) ?? '', /done/);
  assert.deepEqual([ask('www.example.org', 'A'), ask('www.example.org', 'AAAA')], ['203.0.113.7', '']);
});

test('a virtual address is taken up and given back', { skip: MAY_CHANGE_NETWORKS }, () => {
  const program = join(EXAMPLES, 'by-address');
  const script = [
    // The one device that every new network has.
    'ip link set lo up',
    `${program} take lo 203.0.113.10/24 && ${program} take lo 203.0.113.10/24`,
    'ip -o addr show dev lo',
    `${program} give lo 203.0.113.10/24 && ${program} give lo 203.0.113.10/24`,
    'ip -o -4 addr show dev lo',
  ].join(' && ');
  const said = execFileSync('/usr/bin/unshare', ['--net', '/bin/sh', '-c', script], { encoding: 'utf8' });
  assert.equal(said.match(/inet 203\.0\.113\.10\/24/g)?.length, 1, said);
  assert.match(said, /is at lo[\s\S]*is not at lo any more/);
});

test('each program says what it takes when it is called wrongly', () => {
  for (const [name, words] of [
    ['by-dns', ['192.0.2.53', 'example.org']],
    ['by-address', ['take', 'eth0']],
    ['by-address', ['take', 'eth0', '203.0.113.10']],
  ] as const) {
    const { status, stderr } = spawnSync(join(EXAMPLES, name), words, { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /ADDRESS|prefix/);
  }
});

/** BIND with one zone that may be changed with one key. */
async function serveZone(): Promise<{ readonly port: number; readonly key: string; readonly wrongKey: string }> {
  const directory = await temporaryDirectory();
  const port = await findFreePort();
  const makeKey = async (file: string) => {
    const text = execFileSync('/usr/sbin/tsig-keygen', ['bulkhead-names'], { encoding: 'utf8' });
    await writeFile(join(directory, file), text, { mode: 0o600 });
    return join(directory, file);
  };
  const [key, wrongKey] = [await makeKey('names.key'), await makeKey('wrong.key')];
  const zone = '$TTL 60\n@ SOA ns.example.org. root.example.org. 1 3600 600 86400 60\n@ NS ns.example.org.\nns A 127.0.0.1\n';
  await writeFile(join(directory, 'zone'), `${zone}www A 203.0.113.7\nid A 203.0.113.7\n`);
  const options = `directory "${directory}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; managed-keys-directory "${directory}";`;
  const grant = 'update-policy { grant bulkhead-names wildcard *.example.org. A AAAA; };';
  await writeFile(
    join(directory, 'named.conf'),
    `include "${key}";\noptions { ${options} };\ncontrols { };\nzone "example.org" { type primary; file "zone"; ${grant} };\n`,
  );
  await chmod(directory, 0o700);
  const named = spawn(NAMED, ['-g', '-c', join(directory, 'named.conf')], { stdio: 'ignore' });
  after(() => void named.kill('SIGTERM'));
  const answers = () =>
    spawnSync('dig', ['+short', '+tries=1', '+time=1', '@127.0.0.1', '-p', String(port), 'www.example.org']).stdout.includes(
      '203',
    );
  await waitUntil(() => Promise.resolve(answers()), { what: 'named answers' });
  return { port, key, wrongKey };
}
