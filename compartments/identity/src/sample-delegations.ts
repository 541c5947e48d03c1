import type { NewDelegation } from '#delegation/delegation.rules.ts';

type Sample = Pick<NewDelegation, 'id' | 'kind' | 'code' | 'names'>;

/**
 * Delegations of a sample estate beside the States: invented units of a secretariat, and some organisations that are known to
 * have an agreement or consultative status. They are marked as samples; the list is neither whole nor official.
 */
export const SAMPLE_DELEGATIONS: readonly Sample[] = [
  unit('MSD', [
    'Maritime Safety Division',
    'Division de la sécurité maritime',
    'División de Seguridad Marítima',
    'Отдел безопасности на море',
    '海上安全司',
    'شعبة السلامة البحرية',
  ]),
  unit('MED', [
    'Marine Environment Division',
    'Division du milieu marin',
    'División del Medio Marino',
    'Отдел морской среды',
    '海洋环境司',
    'شعبة البيئة البحرية',
  ]),
  unit('CONF', [
    'Conference Division',
    'Division des conférences',
    'División de Conferencias',
    'Отдел конференций',
    '会议司',
    'شعبة المؤتمرات',
  ]),
  unit('PIS', [
    'Public Information Services',
    'Services de l’information',
    'Servicios de Información Pública',
    'Службы общественной информации',
    '公共信息处',
    'خدمات الإعلام',
  ]),
  organisation('igo', 'EC', {
    en: 'European Commission',
    fr: 'Commission européenne',
    es: 'Comisión Europea',
    ru: 'Европейская комиссия',
    zh: '欧盟委员会',
    ar: 'المفوضية الأوروبية',
  }),
  organisation('igo', 'IHO', {
    en: 'International Hydrographic Organization',
    fr: 'Organisation hydrographique internationale',
    es: 'Organización Hidrográfica Internacional',
    ru: 'Международная гидрографическая организация',
    zh: '国际海道测量组织',
    ar: 'المنظمة الهيدروغرافية الدولية',
  }),
  organisation('igo', 'INTERPOL', {
    en: 'International Criminal Police Organization (INTERPOL)',
    fr: 'Organisation internationale de police criminelle (INTERPOL)',
    es: 'Organización Internacional de Policía Criminal (INTERPOL)',
    ru: 'Международная организация уголовной полиции (Интерпол)',
    zh: '国际刑事警察组织',
    ar: 'المنظمة الدولية للشرطة الجنائية (الإنتربول)',
  }),
  organisation('ngo', 'ICS', { en: 'International Chamber of Shipping' }),
  organisation('ngo', 'BIMCO', { en: 'BIMCO' }),
  organisation('ngo', 'IACS', { en: 'International Association of Classification Societies' }),
  organisation('ngo', 'ITF', {
    en: 'International Transport Workers’ Federation',
    fr: 'Fédération internationale des ouvriers du transport',
    es: 'Federación Internacional de los Trabajadores del Transporte',
  }),
  organisation('ngo', 'WWF', { en: 'World Wide Fund For Nature' }),
  organisation('ngo', 'SOCIETY', {
    en: 'Sample Society of Classification',
    fr: 'Société de classification (exemple)',
    es: 'Sociedad de clasificación (ejemplo)',
    ru: 'Классификационное общество (пример)',
    zh: '船级社（示例）',
    ar: 'هيئة تصنيف (عينة)',
  }),
  organisation('media', 'PRESS', {
    en: 'Sample press agency',
    fr: 'Agence de presse (exemple)',
    es: 'Agencia de prensa (ejemplo)',
    ru: 'Агентство печати (пример)',
    zh: '通讯社（示例）',
    ar: 'وكالة أنباء (عينة)',
  }),
  organisation('public', 'PUBLIC', {
    en: 'Members of the public (sample)',
    fr: 'Membres du public (exemple)',
    es: 'Miembros del público (ejemplo)',
    ru: 'Представители общественности (пример)',
    zh: '公众人士（示例）',
    ar: 'أفراد الجمهور (عينة)',
  }),
];

/** People of sample delegations who were invited and have not come yet: names invented, delegation by code. */
export const SAMPLE_PEOPLE: readonly (readonly [
  name: string,
  delegation: string,
  language: 'ar' | 'zh' | 'en' | 'fr' | 'ru' | 'es',
])[] = [
  ['Wanjiru Kamau', 'KEN', 'en'],
  ['Otieno Ouma', 'KEN', 'en'],
  ['Ricardo Arosemena', 'PAN', 'es'],
  ['Lucía Batista', 'PAN', 'es'],
  ['Camille Lefort', 'FRA', 'fr'],
  ['Jean-Yves Kermadec', 'FRA', 'fr'],
  ['سلمى حداد', 'EGY', 'ar'],
  ['Karim Fathy', 'EGY', 'ar'],
  ['陈海明', 'CHN', 'zh'],
  ['Liu Yan', 'CHN', 'zh'],
  ['Анна Морозова', 'RUS', 'ru'],
  ['Тимур Ахметов', 'KAZ', 'ru'],
  ['Ingrid Solberg', 'NOR', 'en'],
  ['Yannis Petrou', 'GRC', 'en'],
  ['Marisol Quintero', 'MEX', 'es'],
  ['Tala Fonoti', 'WSM', 'en'],
  ['Mei Ling Chan', 'HKG', 'zh'],
  ['Jákup Olsen', 'FRO', 'en'],
  ['Helene Brandt', 'EC', 'en'],
  ['Paul Ferreira', 'IHO', 'fr'],
  ['Nadia Osei', 'ICS', 'en'],
  ['Lars Holm', 'BIMCO', 'en'],
  ['Priya Nair', 'IACS', 'en'],
  ['Diego Salas', 'ITF', 'es'],
  ['Rosa Lindqvist', 'WWF', 'en'],
  ['Amadou Ba', 'MSD', 'fr'],
  ['Elena Popescu', 'MED', 'fr'],
  ['Hassan Idris', 'CONF', 'ar'],
  ['Sofia Marchetti', 'PRESS', 'en'],
];

type Six = readonly [en: string, fr: string, es: string, ru: string, zh: string, ar: string];

function unit(code: string, [en, fr, es, ru, zh, ar]: Six): Sample {
  return { id: `unit-${code.toLowerCase()}`, kind: 'secretariat', code, names: { en, fr, es, ru, zh, ar } };
}

function organisation(kind: 'igo' | 'ngo' | 'media' | 'public', code: string, names: Sample['names']): Sample {
  return { id: `${kind}-${code.toLowerCase()}`, kind, code, names };
}
