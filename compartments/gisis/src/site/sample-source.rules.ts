/** Whose the sample records of a module are, as their licences ask that it be said; names of sources stand in every language as they are. */
const SOURCES: Readonly<Record<string, string>> = {
  ship: 'EMSA, THETIS-MRV (European Union)',
  port: 'UN/LOCODE (UNECE; geoapify/un-locode, MIT) · World Port Index, Pub. 150 (NGA)',
  piracy: 'newzealandpaul/Maritime-Pirate-Attacks (CC BY 4.0, doi.org/10.5334/johd.39)',
  treaty: 'globalgov/manyenviron, J. Hollway (CC BY 4.0)',
  'treaty-action': 'globalgov/manyenviron, J. Hollway (CC BY 4.0)',
};

export function sampleSourceOf({ name }: { readonly name: string }): string | undefined {
  return SOURCES[name];
}
