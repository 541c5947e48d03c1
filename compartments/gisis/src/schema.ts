// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { Generated, GeneratedAlways } from 'kysely';

export interface AnnexViTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  regulation: string | null;
  notified_on: string | null;
  ship: string | null;
  ship_name: string | null;
  port_state: string | null;
  port: string | null;
  supplier: string | null;
  fuel: string | null;
  sulphur: string | null;
  quantity: string | null;
  holds_from: string | null;
  holds_to: string | null;
  attempts: string | null;
  description: string | null;
  answer: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  filed_by: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface AnsweredWriteTable {
  account_id: string;
  key: string;
  request_sha256: string;
  at: Date;
  status: number;
  reference: string;
  etag: string;
  body: string;
}

export interface AuditTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  begun_on: string | null;
  ended_on: string | null;
  scope: string[] | null;
  duties: string[] | null;
  summary: string | null;
  release: string[] | null;
  release_to: string | null;
  report_sha256: string | null;
  report_name: string | null;
  report_type: string | null;
  report_bytes: string | null;
  findings_count: number | null;
  observations_count: number | null;
  findings: string | null;
  plan: string | null;
  plan_due: string | null;
  plan_sent: string | null;
  comments: string | null;
  team: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface BallastChemicalTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  name: string | null;
  cas_number: string | null;
  formula: string | null;
  role: string | null;
  molar_mass: string | null;
  melting_point: string | null;
  boiling_point: string | null;
  log_kow: string | null;
  pnec: string | null;
  dnel: string | null;
  carcinogenic: boolean | null;
  mutagenic: boolean | null;
  reprotoxic: boolean | null;
  persistent: boolean | null;
  bioaccumulative: boolean | null;
  toxic: boolean | null;
  remarks: string | null;
  more: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface BallastWaterTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  ship: string | null;
  ship_name: string | null;
  route: string | null;
  other_states: string[] | null;
  holds_from: string | null;
  holds_to: string | null;
  review_on: string | null;
  reviewed_on: string | null;
  risk_method: string | null;
  conditions: string | null;
  position_lat: number | null;
  position_lon: number | null;
  description: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CargoTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  cargo_name: string | null;
  un_number: string | null;
  category: string | null;
  bulk_group: string | null;
  parties: string[] | null;
  company: string | null;
  conditions: string | null;
  valid_from: string | null;
  valid_to: string | null;
  notified_on: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CasualtyTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  title: string | null;
  happened_at: Date | null;
  position_lat: number | null;
  position_lon: number | null;
  place: string | null;
  port: string | null;
  waters: string | null;
  coastal_state: string | null;
  event: string | null;
  reporting_state: string | null;
  filed_by: string | null;
  deliberate: boolean | null;
  outcomes: string[] | null;
  deaths: number | null;
  missing: number | null;
  serious_injuries: number | null;
  total_loss: boolean | null;
  environment: string | null;
  pollution: string | null;
  severity: string | null;
  summary: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CasualtyInvestigationTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  casualty: string | null;
  investigating_state: string | null;
  interest: string | null;
  part: string | null;
  begun_on: string | null;
  interim_on: string | null;
  reported_on: string | null;
  report_sha256: string | null;
  report_name: string | null;
  report_type: string | null;
  report_bytes: string | null;
  report_link: string | null;
  findings: string | null;
  lessons: string | null;
  reason: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CasualtyShipTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  casualty: string | null;
  ship: string | null;
  ship_name: string | null;
  flag: string | null;
  ship_type: string | null;
  crew: number | null;
  damage: string | null;
  reporting_state: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CompanyTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  company_number: string | null;
  name: string | null;
  country: string | null;
  address: string | null;
  status: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface ConditionAssessmentTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  flag: string | null;
  ship: string | null;
  ship_name: string | null;
  category: string | null;
  delivered_on: string | null;
  decision: string | null;
  decided_on: string | null;
  valid_until: string | null;
  organization: string | null;
  reasons: string | null;
  report_sha256: string | null;
  report_name: string | null;
  report_type: string | null;
  report_bytes: string | null;
  filed_by: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface ContactPointTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  matters: string[] | null;
  office: string | null;
  region: string | null;
  address: string | null;
  telephone: string | null;
  email: string | null;
  website: string | null;
  always: boolean | null;
  languages: string | null;
  officer: string | null;
  officer_telephone: string | null;
  officer_email: string | null;
  confirmed_on: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface CrewChangeTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  port: string | null;
  key_workers: boolean | null;
  possible: string | null;
  conditions: string | null;
  visa: string | null;
  medical: string | null;
  office: string | null;
  telephone: string | null;
  email: string | null;
  confirmed_on: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface DistributionPlanTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  name: string | null;
  identifier: string | null;
  limits: string | null;
  port: string | null;
  position_lat: number | null;
  position_lon: number | null;
  provider: string | null;
  holds_from: string | null;
  holds_to: string | null;
  office: string | null;
  telephone: string | null;
  email: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface DutyToldTable {
  module: string;
  duty: string;
  reference: string;
  owed_by: string;
  due: string;
  stage: string;
  at: Date;
}

export interface EquipmentTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  product: string | null;
  maker: string | null;
  maker_country: string | null;
  certificate_number: string | null;
  approved_on: string | null;
  valid_until: string | null;
  standard: string | null;
  capacity: string | null;
  substances: string | null;
  limits: string | null;
  certificate_sha256: string | null;
  certificate_name: string | null;
  certificate_type: string | null;
  certificate_bytes: string | null;
  filed_by: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface FacilitationTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  provision: string | null;
  notified_on: string | null;
  holds_from: string | null;
  holds_to: string | null;
  ship: string | null;
  port: string | null;
  persons: number | null;
  nationalities: string[] | null;
  description: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface FieldChangeTable {
  id: GeneratedAlways<string>;
  module: string;
  record_id: string;
  revision: number;
  act: string;
  field: string;
  before: unknown;
  after: unknown;
  effective_on: string | null;
  account_id: string;
  account_name: string;
  delegation: string | null;
  source: string | null;
  at: Date;
}

export interface FuelConsumptionTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  flag: string | null;
  ship: string | null;
  year: number | null;
  year_ended_on: string | null;
  type: string | null;
  gross_tonnage: number | null;
  deadweight: string | null;
  ice_class: string | null;
  hfo: string | null;
  lfo: string | null;
  mdo: string | null;
  lng: string | null;
  other_fuel: string | null;
  distance: string | null;
  hours: string | null;
  attained_cii: string | null;
  rating: string | null;
  statement_on: string | null;
  organization: string | null;
  filed_by: string | null;
  method: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface GmdssStationTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  name: string | null;
  service: string[] | null;
  mmsi: string | null;
  call_sign: string | null;
  position_lat: number | null;
  position_lon: number | null;
  range: string | null;
  frequencies: string | null;
  status: string | null;
  navtex_area: string | null;
  centre: string | null;
  since: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface HookTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  maker: string | null;
  hook_type: string | null;
  maker_country: string | null;
  load: string | null;
  design: string | null;
  result: string | null;
  modification: string | null;
  evaluated_on: string | null;
  organization: string | null;
  report_sha256: string | null;
  report_name: string | null;
  report_type: string | null;
  report_bytes: string | null;
  filed_by: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface ImportFaultTable {
  id: GeneratedAlways<string>;
  import_id: string;
  faults: unknown;
}

export interface ImportFileTable {
  id: GeneratedAlways<string>;
  module: string;
  account_id: string;
  account_name: string;
  name: string;
  sha256: string | null;
  bytes: string;
  source: string;
  since: string | null;
  state: string;
  checked_at: Date | null;
  is_sure: Generated<boolean>;
  done_rows: Generated<number>;
  rows: number | null;
  added: Generated<number>;
  changed: Generated<number>;
  same: Generated<number>;
  refused: Generated<number>;
  told: Generated<string[]>;
  created_at: Date;
  ended_at: Date | null;
}

export interface InadequacyTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  flag: string | null;
  ship: string | null;
  ship_name: string | null;
  port_state: string | null;
  port: string | null;
  port_name: string | null;
  facility: string | null;
  happened_on: string | null;
  wastes: string[] | null;
  quantity: string | null;
  problems: string[] | null;
  noticed: boolean | null;
  description: string | null;
  sent_on: string | null;
  answer: string | null;
  answered_on: string | null;
  conclusion: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface JudicialSaleTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  ship: string | null;
  ship_name: string | null;
  flag: string | null;
  port_of_registry: string | null;
  owner_name: string | null;
  court: string | null;
  case_number: string | null;
  notice_on: string | null;
  sale_on: string | null;
  sale_place: string | null;
  clean_title: boolean | null;
  purchaser: string | null;
  certificate_on: string | null;
  notice_sha256: string | null;
  notice_name: string | null;
  notice_type: string | null;
  notice_bytes: string | null;
  certificate_sha256: string | null;
  certificate_name: string | null;
  certificate_type: string | null;
  certificate_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface LegislationTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  title: string | null;
  title_original: string | null;
  kind: string | null;
  instruments: string | null;
  adopted_on: string | null;
  in_force_on: string | null;
  ended_on: string | null;
  languages: string | null;
  summary: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface LostContainerTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  kind: string | null;
  happened_at: Date | null;
  position_lat: number | null;
  position_lon: number | null;
  estimated: boolean | null;
  flag: string | null;
  coastal_state: string | null;
  ship: string | null;
  ship_name: string | null;
  number: number | null;
  final: boolean | null;
  sizes: string[] | null;
  container_numbers: string | null;
  dangerous: boolean | null;
  un_numbers: string | null;
  description: string | null;
  wind: number | null;
  sea: string | null;
  drift: string | null;
  recovered: number | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface MigrantSmugglingTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  happened_at: Date | null;
  position_lat: number | null;
  position_lon: number | null;
  place: string | null;
  coastal_state: string | null;
  departed_from: string | null;
  bound_for: string | null;
  vessel: string | null;
  vessel_kind: string | null;
  flag: string | null;
  persons: number | null;
  rescued: number | null;
  deaths: number | null;
  missing: number | null;
  nationalities: string[] | null;
  rescuer: string | null;
  ship: string | null;
  disembarked: string | null;
  measures: string | null;
  description: string | null;
  reporting_state: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface NonMandatoryTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  instrument: string | null;
  subject: string | null;
  effect: string | null;
  since: string | null;
  title_of_measure: string | null;
  remarks: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface PiracyIncidentTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  happened_at: Date | null;
  act: string | null;
  waters: string | null;
  area: string | null;
  place: string | null;
  position_lat: number | null;
  position_lon: number | null;
  coastal_state: string | null;
  ship: string | null;
  ship_name: string | null;
  ship_type: string | null;
  flag: string | null;
  ship_was: string | null;
  attackers: number | null;
  weapons: string[] | null;
  crew: string[] | null;
  stolen: string | null;
  description: string | null;
  master_action: string | null;
  coastal_action: string | null;
  reported_by: string | null;
  reporting_state: string | null;
  more: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface PortTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  locode: string | null;
  name: string | null;
  other_names: string | null;
  country: string | null;
  subdivision: string | null;
  position_lat: number | null;
  position_lon: number | null;
  water: string | null;
  index_number: number | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface PortFacilityTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  facility_number: string | null;
  name: string | null;
  other_names: string | null;
  country: string | null;
  port: string | null;
  port_name: string | null;
  position_lat: number | null;
  position_lon: number | null;
  kinds: string[] | null;
  plan_approved: boolean | null;
  approved_on: string | null;
  reviewed_on: string | null;
  withdrawn_on: string | null;
  compliance_issued_on: string | null;
  compliance_until: string | null;
  security_level: string | null;
  alternative: string | null;
  officer: string | null;
  officer_telephone: string | null;
  officer_email: string | null;
  contact: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface ReceptionFacilityTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  port: string | null;
  port_name: string | null;
  terminal: string | null;
  position_lat: number | null;
  position_lon: number | null;
  provider: string | null;
  form: string | null;
  wastes: string[] | null;
  capacity: string | null;
  rate: string | null;
  least: string | null;
  notice_hours: number | null;
  hours: string | null;
  charges: string | null;
  limits: string | null;
  telephone: string | null;
  email: string | null;
  website: string | null;
  confirmed_on: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface RecognizedOrganizationTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  organization: string | null;
  abbreviation: string | null;
  functions: string[] | null;
  may_issue: boolean | null;
  may_file: boolean | null;
  delegation: string | null;
  valid_from: string | null;
  valid_to: string | null;
  agreement_sha256: string | null;
  agreement_name: string | null;
  agreement_type: string | null;
  agreement_bytes: string | null;
  agreement_on: string | null;
  limits: string | null;
  oversight: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface RecordNumberTable {
  module: string;
  year: number;
  last: number;
}

export interface SavedSearchTable {
  id: string;
  account_id: string;
  name: string;
  module: string;
  query: string;
  created_at: Date;
  looked_at: Date;
  feed_sha256: string | null;
}

export interface SearchAndRescueTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  name: string | null;
  kind: string | null;
  position_lat: number | null;
  position_lon: number | null;
  region: string | null;
  agreed: boolean | null;
  telephone: string | null;
  email: string | null;
  mmsi: string | null;
  inmarsat: string | null;
  facilities: string[] | null;
  languages: string | null;
  confirmed_on: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
  area: string | null;
}

export interface ShipTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  imo_number: string | null;
  name: string | null;
  flag: string | null;
  port_of_registry: string | null;
  call_sign: string | null;
  mmsi: string | null;
  type: string | null;
  status: string | null;
  gross_tonnage: number | null;
  net_tonnage: number | null;
  deadweight: string | null;
  length: string | null;
  built: number | null;
  delivered_on: string | null;
  registered_owner: string | null;
  company: string | null;
  recognized_organization: string | null;
  ice_class: string | null;
  false_flag_since: string | null;
  un_measures: string[] | null;
  un_source: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface SimulatorTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  centre: string | null;
  kind: string[] | null;
  place: string | null;
  position_lat: number | null;
  position_lon: number | null;
  maker: string | null;
  installed: number | null;
  stations: number | null;
  class: string | null;
  address: string | null;
  telephone: string | null;
  email: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface SingleWindowTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  name: string | null;
  status: string | null;
  since: string | null;
  ports: string | null;
  declarations: string[] | null;
  formats: string[] | null;
  operator: string | null;
  website: string | null;
  email: string | null;
  remarks: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface SurveyTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  instrument: string | null;
  regulation: string | null;
  ship: string | null;
  ship_name: string | null;
  notified_on: string | null;
  valid_from: string | null;
  valid_to: string | null;
  reasons: string | null;
  conditions: string | null;
  document_sha256: string | null;
  document_name: string | null;
  document_type: string | null;
  document_bytes: string | null;
  filed_by: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface TestLaboratoryTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  name: string | null;
  tests: string[] | null;
  halons: string[] | null;
  position_lat: number | null;
  position_lon: number | null;
  accredited_by: string | null;
  valid_from: string | null;
  valid_to: string | null;
  address: string | null;
  telephone: string | null;
  email: string | null;
  website: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface ToldTable {
  id: GeneratedAlways<string>;
  module: string;
  reference: string;
  act: string;
  whom: string;
  account_name: string;
  at: Date;
}

export interface TrainingTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  country: string | null;
  kind: string | null;
  communicated_on: string | null;
  period_from: string | null;
  period_to: string | null;
  recognized: string[] | null;
  count: number | null;
  certificate_number: string | null;
  verify_link: string | null;
  verify_email: string | null;
  outcome: string | null;
  summary: string | null;
  report_sha256: string | null;
  report_name: string | null;
  report_type: string | null;
  report_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface TreatyTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  short_name: string | null;
  full_name: string | null;
  kind: string | null;
  subject: string | null;
  adopted_on: string | null;
  signature_until: string | null;
  needs_states: number | null;
  needs_tonnage: string | null;
  needs_ships: number | null;
  needs_large_fleets: number | null;
  large_fleet: number | null;
  needs_cargo: string | null;
  needs_recycling: string | null;
  months_after: number | null;
  months_later: number | null;
  conditions: string | null;
  met_on: string | null;
  in_force_on: string | null;
  ended_on: string | null;
  text_link: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface TreatyActionTable {
  id: GeneratedAlways<string>;
  reference: string;
  state: string;
  revision: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string;
  source: string | null;
  is_sample: Generated<boolean>;
  changed_in: Generated<string>;
  treaty: string | null;
  party: string | null;
  act: string | null;
  done_on: string | null;
  effective_on: string | null;
  territory: string | null;
  fleet: number | null;
  ships: number | null;
  world_fleet: string | null;
  cargo: string | null;
  recycling: string | null;
  text: string | null;
  instrument_sha256: string | null;
  instrument_name: string | null;
  instrument_type: string | null;
  instrument_bytes: string | null;
  former_names: string | null;
  search_text: GeneratedAlways<string | null>;
  search_prose: GeneratedAlways<string | null>;
}

export interface WebhookTable {
  id: string;
  account_id: string;
  account_name: string;
  delegation: string | null;
  module: string;
  query: string;
  url: string;
  secret_generation: number;
  secret_check: string;
  stopped_why: string | null;
  place: string;
  failing_since: Date | null;
  rests_until: Date | null;
  created_at: Date;
}

export interface WebhookDeliveryTable {
  id: GeneratedAlways<string>;
  webhook_id: string;
  message: string;
  event: string;
  reference: string | null;
  revision: number | null;
  created_at: Date;
  attempts: Generated<number>;
  next_at: Date | null;
  answered_status: number | null;
  fault: string | null;
  ended_as: string | null;
  ended_at: Date | null;
}

export interface Schema {
  annex_vi: AnnexViTable;
  answered_write: AnsweredWriteTable;
  audit: AuditTable;
  ballast_chemical: BallastChemicalTable;
  ballast_water: BallastWaterTable;
  cargo: CargoTable;
  casualty: CasualtyTable;
  casualty_investigation: CasualtyInvestigationTable;
  casualty_ship: CasualtyShipTable;
  company: CompanyTable;
  condition_assessment: ConditionAssessmentTable;
  contact_point: ContactPointTable;
  crew_change: CrewChangeTable;
  distribution_plan: DistributionPlanTable;
  duty_told: DutyToldTable;
  equipment: EquipmentTable;
  facilitation: FacilitationTable;
  field_change: FieldChangeTable;
  fuel_consumption: FuelConsumptionTable;
  gmdss_station: GmdssStationTable;
  hook: HookTable;
  import_fault: ImportFaultTable;
  import_file: ImportFileTable;
  inadequacy: InadequacyTable;
  judicial_sale: JudicialSaleTable;
  legislation: LegislationTable;
  lost_container: LostContainerTable;
  migrant_smuggling: MigrantSmugglingTable;
  non_mandatory: NonMandatoryTable;
  piracy_incident: PiracyIncidentTable;
  port: PortTable;
  port_facility: PortFacilityTable;
  reception_facility: ReceptionFacilityTable;
  recognized_organization: RecognizedOrganizationTable;
  record_number: RecordNumberTable;
  saved_search: SavedSearchTable;
  search_and_rescue: SearchAndRescueTable;
  ship: ShipTable;
  simulator: SimulatorTable;
  single_window: SingleWindowTable;
  survey: SurveyTable;
  test_laboratory: TestLaboratoryTable;
  told: ToldTable;
  training: TrainingTable;
  treaty: TreatyTable;
  treaty_action: TreatyActionTable;
  webhook: WebhookTable;
  webhook_delivery: WebhookDeliveryTable;
}
