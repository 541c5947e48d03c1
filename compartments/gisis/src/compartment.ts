import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';
import {
  describeBlobs,
  describeChecks,
  describeCopy,
  describeRepair,
  describeRoles,
  describeRoutes,
  IMPORT_JOBS,
} from '#manifest/manifest.rules.ts';
import { PROGRAM_JOBS } from '#manifest/program-routes.rules.ts';
import { MODULES } from '#modules/modules.ts';

const NAME = 'gisis';
const TITLE = {
  en: 'Shipping registry',
  fr: 'Registre maritime',
  es: 'Registro marítimo',
  ru: 'Морской регистр',
  zh: '航运登记',
  ar: 'سجل الشحن البحري',
};

/** The registry, as everybody else sees it: what follows from the declarations of its modules stands in `manifest/`. */
export const manifest: CompartmentManifest = parseManifest({
  name: NAME,
  title: TITLE,
  level: 'native',
  needs: ['identity'],
  recoveryOrder: 90,
  origins: [{ host: NAME, kind: 'staff', title: TITLE }],
  extensions: ['pg_trgm'],
  routes: describeRoutes(NAME, MODULES),
  jobs: [{ id: 'job:duties.tell', writes: ['duty_told', 'told'], everySeconds: 3600 }, ...PROGRAM_JOBS, ...IMPORT_JOBS],
  roles: describeRoles(MODULES),
  blobs: describeBlobs(MODULES),
  checks: describeChecks(MODULES),
  repair: describeRepair(MODULES),
  frozen: describeCopy(NAME, MODULES),
  publicReading: 'off-site',
  seal: { unreachable: 'stop', automatic: ['storage.lost'] },
});
