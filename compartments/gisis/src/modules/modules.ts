import type { Module } from '#declaration/module.rules.ts';
import { annexVi } from './annex-vi/annex-vi.module.ts';
import { audit } from './audit/audit.module.ts';
import { ballastChemical } from './ballast-chemical/ballast-chemical.module.ts';
import { ballastWater } from './ballast-water/ballast-water.module.ts';
import { cargo } from './cargo/cargo.module.ts';
import { casualty } from './casualty/casualty.module.ts';
import { casualtyInvestigation } from './casualty/casualty-investigation.module.ts';
import { casualtyShip } from './casualty/casualty-ship.module.ts';
import { company } from './company/company.module.ts';
import { conditionAssessment } from './condition-assessment/condition-assessment.module.ts';
import { contactPoint } from './contact-point/contact-point.module.ts';
import { crewChange } from './crew-change/crew-change.module.ts';
import { distributionPlan } from './distribution-plan/distribution-plan.module.ts';
import { equipment } from './equipment/equipment.module.ts';
import { facilitation } from './facilitation/facilitation.module.ts';
import { fuelConsumption } from './fuel-consumption/fuel-consumption.module.ts';
import { gmdss } from './gmdss/gmdss.module.ts';
import { hook } from './hook/hook.module.ts';
import { judicialSale } from './judicial-sale/judicial-sale.module.ts';
import { legislation } from './legislation/legislation.module.ts';
import { lostContainer } from './lost-container/lost-container.module.ts';
import { maritimeSecurity } from './maritime-security/maritime-security.module.ts';
import { migrantSmuggling } from './migrant-smuggling/migrant-smuggling.module.ts';
import { nonMandatory } from './non-mandatory/non-mandatory.module.ts';
import { piracy } from './piracy/piracy.module.ts';
import { port } from './port/port.module.ts';
import { inadequacy } from './reception-facility/inadequacy.module.ts';
import { receptionFacility } from './reception-facility/reception-facility.module.ts';
import { recognizedOrganization } from './recognized-organization/recognized-organization.module.ts';
import { searchAndRescue } from './search-and-rescue/search-and-rescue.module.ts';
import { ship } from './ship/ship.module.ts';
import { simulator } from './simulator/simulator.module.ts';
import { singleWindow } from './single-window/single-window.module.ts';
import { survey } from './survey/survey.module.ts';
import { testLaboratory } from './test-laboratory/test-laboratory.module.ts';
import { training } from './training/training.module.ts';
import { treaty } from './treaty/treaty.module.ts';
import { treatyAction } from './treaty/treaty-action.module.ts';

/** Every module, in the order of the home page; a part stands after its whole. */
export const MODULES: readonly Module[] = [
  ship,
  company,
  port,
  maritimeSecurity,
  contactPoint,
  recognizedOrganization,
  casualty,
  casualtyShip,
  casualtyInvestigation,
  receptionFacility,
  inadequacy,
  judicialSale,
  equipment,
  treaty,
  treatyAction,
  piracy,
  facilitation,
  annexVi,
  nonMandatory,
  simulator,
  searchAndRescue,
  conditionAssessment,
  cargo,
  gmdss,
  legislation,
  training,
  testLaboratory,
  crewChange,
  singleWindow,
  hook,
  survey,
  audit,
  ballastChemical,
  ballastWater,
  migrantSmuggling,
  fuelConsumption,
  distributionPlan,
  lostContainer,
];

const byName = new Map(MODULES.map((module) => [module.name, module]));

export function findModule(name: string): Module | undefined {
  return byName.get(name);
}
