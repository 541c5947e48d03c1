import { EstateError } from '@bulkhead/kernel';
import { SITES, type SiteName } from '#estate/paths.ts';
import { describeEstate } from '#site/description.ts';
import { startEstate } from '#site/estate.ts';
import { type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';
import { untilAskedToStop } from '../stop-asked.ts';

export const command: Command = {
  summary: 'Run the estate: headquarters and off-site, with sample data unless configured otherwise.',
  words: '',
  count: [0, 0],
  options: {
    site: { type: 'string', value: 'name', help: 'start headquarters or offsite alone, beside the other or while it is away' },
    json: { ...JSON_OPTION, help: 'print one line with every address when all is ready' },
  },
  details: `
Founds an estate at the first start (keys, databases, sample data), and keeps all data afterwards.
Each site runs as long as the command that started it. When one has ended, "bulkhead start --site <name>" starts it
again and leaves the other alone. Where the sites are on two hosts ("bulkhead site --help") it starts this host's.
It runs until Ctrl-C, "bulkhead stop" or SIGTERM. Settings come from bulkhead.json in the checkout
(or the file that BULKHEAD_CONFIG names) and from the environment, which comes first:
BULKHEAD_PORT, BULKHEAD_STATUS_PORT, BULKHEAD_DOMAIN, BULKHEAD_LISTEN_ADDRESS, BULKHEAD_DATA, BULKHEAD_RUNTIME,
BULKHEAD_TLS_CERTIFICATE, BULKHEAD_TLS_KEY, BULKHEAD_ORGANISATION, BULKHEAD_SAMPLE, BULKHEAD_LEASE_SECONDS, BULKHEAD_DRILL_HOURS,
BULKHEAD_POSTGRES (a distribution's PostgreSQL 18), BULKHEAD_COMPARTMENTS, BULKHEAD_MAIL,
BULKHEAD_STAND_IN and BULKHEAD_READING_ROOM (where off-site answers the public, as JSON),
BULKHEAD_DIRECTORY_SERVERS (LDAP servers at inner addresses, as host:port),
BULKHEAD_ARCHIVE_RECIPIENTS (age recipients that can open the archive without the site), BULKHEAD_BASE_EVERY_HOURS,
BULKHEAD_UID_BASE (as root: the first of 1000 users for its processes).`,
  run: async (given, surroundings) => {
    const { options } = given;
    const sites = readSites(textOf(given, 'site'));
    const stopAsked = untilAskedToStop();
    const estate = await startEstate(surroundings, stopAsked.signal, sites);
    try {
      const description = await describeEstate(estate, surroundings.paths);
      if (options['json']) surroundings.print(JSON.stringify(description));
      else for (const line of description.lines) surroundings.print(line);
      await Promise.race([stopAsked.promise, estate.allEnded]);
    } finally {
      if (!options['json']) surroundings.tell('Stopping; all data stays…');
      await estate.stop();
    }
    return stopAsked.signal.aborted ? EXIT.done : EXIT.failed;
  },
};

function readSites(given: string | undefined): readonly SiteName[] {
  const known = SITES.filter((name) => given === undefined || name === given);
  if (known.length > 0) return known;
  throw new EstateError('input.invalid', `reading --site: there is no site "${given}"; it is one of ${SITES.join(', ')}`);
}
