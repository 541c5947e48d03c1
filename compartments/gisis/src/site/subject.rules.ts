import type { ShownModule } from './site.rules.ts';

/** Under which heading of the home page modules stand. */
export const SUBJECTS = {
  ships: ['ship', 'company', 'condition-assessment', 'judicial-sale', 'recognized-organization', 'survey'],
  safety: ['casualty', 'lost-container', 'search-and-rescue', 'gmdss', 'cargo', 'hook'],
  security: ['piracy', 'maritime-security', 'migrant-smuggling', 'distribution-plan'],
  ports: ['reception-facility', 'inadequacy', 'facilitation', 'single-window', 'crew-change'],
  sea: ['annex-vi', 'fuel-consumption', 'ballast-water', 'ballast-chemical', 'equipment'],
  law: ['treaty', 'contact-point', 'legislation', 'non-mandatory', 'audit', 'training', 'simulator', 'test-laboratory'],
} as const satisfies Record<string, readonly string[]>;
export type Subject = keyof typeof SUBJECTS | 'more';

/** Modules by subject; those that none names stand at the end. */
export function groupBySubject(
  modules: readonly ShownModule[],
): readonly { readonly subject: Subject; readonly modules: readonly ShownModule[] }[] {
  const named = (Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]).map((subject) => ({
    subject,
    modules: SUBJECTS[subject].flatMap((name) => modules.find(({ module }) => module.name === name) ?? []),
  }));
  const rest = modules.filter((shown) => !named.some((one) => one.modules.includes(shown)));
  return [...named, { subject: 'more' as const, modules: rest }].filter((one) => one.modules.length > 0);
}
