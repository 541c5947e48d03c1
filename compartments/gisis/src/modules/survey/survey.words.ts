import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const surveyWords: Terms = {
  'Survey and certification': [
    'المعاينة وإصدار الشهادات',
    '检验和发证',
    'Visites et délivrance des certificats',
    'Освидетельствование и выдача свидетельств',
    'Reconocimiento y certificación',
  ],
  'Exemptions, equivalents and extensions that flag States grant under the conventions, and the nominated surveyors and forms of certificate that they notify.':
    [
      'الإعفاءات والمعادلات والتمديدات التي تمنحها دول العلم بموجب الاتفاقيات، والمعاينون المعينون ونماذج الشهادات التي تخطر بها.',
      '船旗国根据公约给予的免除、等效和展期，以及所通知的指定验船师和证书格式。',
      "Exemptions, équivalences et prorogations que les États du pavillon accordent au titre des conventions, inspecteurs désignés et modèles de certificats qu'ils notifient.",
      'Освобождения, эквиваленты и продления, предоставляемые государствами флага по конвенциям, назначенные сюрвейеры и формы свидетельств.',
      'Exenciones, equivalencias y prórrogas que los Estados de abanderamiento conceden según los convenios, e inspectores nombrados y modelos de certificado que notifican.',
    ],
  Equivalent: ['معادل', '等效', 'Équivalence', 'Эквивалент', 'Equivalencia'],
  'Extension of a certificate': [
    'تمديد شهادة',
    '证书展期',
    "Prorogation d'un certificat",
    'Продление свидетельства',
    'Prórroga de un certificado',
  ],
  'Harmonized system of survey': [
    'النظام المنسق للمعاينة',
    '协调检验系统',
    'Système harmonisé de visites',
    'Гармонизированная система освидетельствования',
    'Sistema armonizado de reconocimientos',
  ],
  'Nominated surveyors': [
    'معاينون معينون',
    '指定验船师',
    'Inspecteurs désignés',
    'Назначенные сюрвейеры',
    'Inspectores nombrados',
  ],
  'Specimen certificate': ['نموذج شهادة', '证书样本', 'Spécimen de certificat', 'Образец свидетельства', 'Modelo de certificado'],
  Interpretation: ['تفسير', '解释', 'Interprétation', 'Толкование', 'Interpretación'],
  Grounds: ['الأسس', '依据', 'Fondement', 'Основания', 'Fundamento'],
};
