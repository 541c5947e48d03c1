import type { Notice, PublicState, PublicStatus } from '@bulkhead/contracts';
import { judgeOverall, type Shown } from './status.rules.ts';
import { explainState, nameCompartment, type Overall, tellNotice, tellOverall } from './words.rules.ts';

/** Incidents that are listed, the latest first. */
const INCIDENTS_LISTED = 50;

type Compartment = PublicStatus['compartments'][number];
type IncidentStatus = 'identified' | 'monitoring' | 'resolved';
type Told = { readonly notice: Notice; readonly status: IncidentStatus };
/** Notices about one compartment, from the first that tells of trouble to the one that ends it. */
type Incident = { readonly compartment: string | null; readonly told: Told[] };

/** What each kind of notice means for the incident that it belongs to; a correction leaves it as it was. */
const STATUS_OF: Readonly<Record<Exclude<Notice['kind'], 'correction'>, IncidentStatus>> = {
  contained: 'identified',
  'being-restored': 'identified',
  unprotected: 'identified',
  'read-only': 'monitoring',
  reopened: 'resolved',
  'protected-again': 'resolved',
};
const PROTECTION: ReadonlySet<Notice['kind']> = new Set(['unprotected', 'protected-again']);
const INDICATOR: Readonly<Record<Overall, string>> = { good: 'none', some: 'major', all: 'critical', unknown: 'minor' };

/** The JSON files in the form of Atlassian Statuspage's public API (v2), for those whose tools read that. In English. */
export function composeApi(
  shown: Shown,
  context: { readonly url: string; readonly organisation: string },
): ReadonlyMap<string, object> {
  const compartments = shown.facts?.compartments ?? [];
  const updatedAt = shown.facts?.at ?? shown.notices.at(-1)?.at ?? '1970-01-01T00:00:00.000Z';
  const page = { id: 'status', name: context.organisation, url: context.url, time_zone: 'Etc/UTC', updated_at: updatedAt };
  const overall = judgeOverall(shown.facts);
  const status = { indicator: INDICATOR[overall], description: tellOverall(overall, 'en') };
  const components = compartments.map((compartment, place) => composeComponent(compartment, place, updatedAt));
  const incidents = groupNotices(shown.notices)
    .map((incident) => composeIncident(incident, compartments, context.url))
    .reverse();
  const unresolved = incidents.filter((incident) => incident.status !== 'resolved');
  return new Map<string, object>([
    ['/api/v2/summary.json', { page, status, components, incidents: unresolved, scheduled_maintenances: [] }],
    ['/api/v2/status.json', { page, status }],
    ['/api/v2/components.json', { page, components }],
    ['/api/v2/incidents.json', { page, incidents: incidents.slice(0, INCIDENTS_LISTED) }],
  ]);
}

function composeComponent(compartment: Compartment, place: number, updatedAt: string) {
  return {
    id: compartment.name,
    page_id: 'status',
    name: compartment.title.en,
    description: explainState(compartment.state, 'en'),
    status: componentStatus(compartment.state, compartment.readable),
    position: place + 1,
    showcase: true,
    group: false,
    group_id: null,
    only_show_if_degraded: false,
    start_date: null,
    created_at: compartment.sinceAt,
    updated_at: updatedAt,
  };
}

/** A closed compartment whose published pages are still read is a partial outage. */
function componentStatus(state: PublicState, isReadable: boolean): string {
  if (state === 'operational') return 'operational';
  if (state === 'read-only') return 'degraded_performance';
  return isReadable && state !== 'down' ? 'partial_outage' : 'major_outage';
}

function groupNotices(notices: readonly Notice[]): Incident[] {
  const incidents: Incident[] = [];
  const open = new Map<string, Incident>();
  for (const notice of notices) {
    const about = String(notice.compartment);
    const key = PROTECTION.has(notice.kind) ? `${about} protection` : about;
    const standing = open.get(key) ?? (notice.kind === 'correction' ? lastAbout(incidents, notice.compartment) : undefined);
    const incident = standing ?? { compartment: notice.compartment, told: [] };
    if (!standing) incidents.push(incident);
    const status = notice.kind === 'correction' ? (incident.told.at(-1)?.status ?? 'resolved') : STATUS_OF[notice.kind];
    incident.told.push({ notice, status });
    if (status === 'resolved') open.delete(key);
    else open.set(key, incident);
  }
  return incidents;
}

function lastAbout(incidents: readonly Incident[], compartment: string | null): Incident | undefined {
  return incidents.findLast((incident) => incident.compartment === compartment);
}

function composeIncident(incident: Incident, compartments: PublicStatus['compartments'], url: string) {
  const [first] = incident.told;
  const last = incident.told.at(-1);
  const id = `notice-${first?.notice.number}`;
  const updates = incident.told.map((told) => composeUpdate(told, id, compartments)).reverse();
  const at = (status: IncidentStatus) => incident.told.findLast((told) => told.status === status)?.notice.at ?? null;
  return {
    id,
    page_id: 'status',
    name: first ? tellNotice(first.notice, compartments, 'en').title : '',
    status: last?.status ?? 'identified',
    impact: impactOf(incident.told),
    created_at: first?.notice.at ?? null,
    started_at: first?.notice.at ?? null,
    updated_at: last?.notice.at ?? null,
    monitoring_at: at('monitoring'),
    resolved_at: last?.status === 'resolved' ? last.notice.at : null,
    shortlink: `${url}/en/#notice-${first?.notice.number}`,
    incident_updates: updates,
    components: compartments
      .filter(({ name }) => incident.compartment === null || name === incident.compartment)
      .map(({ name, title }) => ({ id: name, name: title.en })),
  };
}

function impactOf(told: readonly Told[]): string {
  return told.some(({ notice }) => notice.kind === 'contained' || notice.kind === 'being-restored') ? 'major' : 'minor';
}

function composeUpdate({ notice, status }: Told, incidentId: string, compartments: PublicStatus['compartments']) {
  const { title, sentences } = tellNotice(notice, compartments, 'en');
  return {
    id: `notice-${notice.number}`,
    incident_id: incidentId,
    status,
    body: [title, ...sentences].join('\n'),
    created_at: notice.at,
    updated_at: notice.at,
    display_at: notice.at,
    affected_components: notice.compartment
      ? [{ code: notice.compartment, name: nameCompartment(notice.compartment, compartments, 'en').text }]
      : [],
  };
}
