import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const nonMandatoryWords: Terms = {
  'Non-mandatory instruments': [
    'الصكوك غير الإلزامية',
    '非强制性文书',
    'Instruments non obligatoires',
    'Необязательные документы',
    'Instrumentos no obligatorios',
  ],
  'Recommendations, guidelines and codes that bind nobody by themselves, and how each State has put them into effect.': [
    'توصيات ومبادئ توجيهية ومدونات لا تلزم أحدًا بذاتها، وكيف نفذتها كل دولة.',
    '本身不具约束力的建议、指南和规则，以及各国如何实施。',
    "Recommandations, directives et codes qui n'obligent personne par eux-mêmes, et comment chaque État leur a donné effet.",
    'Рекомендации, руководства и кодексы, сами по себе никого не обязывающие, и как каждое государство их осуществило.',
    'Recomendaciones, directrices y códigos que por sí mismos no obligan a nadie, y cómo los ha puesto en práctica cada Estado.',
  ],
  Implementation: ['تنفيذ', '实施', 'Mise en œuvre', 'Осуществление', 'Aplicación'],
  Implementations: ['عمليات تنفيذ', '实施', 'Mises en œuvre', 'Осуществление документов', 'Aplicaciones'],
  'Its symbol, such as resolution A.917(22) or MSC.1/Circ.1636.': [
    'رمزه، مثل القرار A.917(22) أو MSC.1/Circ.1636.',
    '其文号，例如 A.917(22) 决议或 MSC.1/Circ.1636。',
    'Sa cote, par exemple la résolution A.917(22) ou MSC.1/Circ.1636.',
    'Его обозначение, например резолюция A.917(22) или MSC.1/Circ.1636.',
    'Su signatura, por ejemplo la resolución A.917(22) o MSC.1/Circ.1636.',
  ],
  'How it is put into effect': [
    'كيف نُفذ',
    '实施方式',
    'Comment il y est donné effet',
    'Как осуществляется',
    'Cómo se pone en práctica',
  ],
  'In law or regulation': [
    'بقانون أو لائحة',
    '通过法律或规章',
    'Par loi ou règlement',
    'Законом или правилами',
    'Por ley o reglamento',
  ],
  'By administrative instruction': [
    'بتعليمات إدارية',
    '通过行政指令',
    'Par instruction administrative',
    'Административным указанием',
    'Por instrucción administrativa',
  ],
  'Recommended to industry': [
    'موصى به للقطاع',
    '向业界建议',
    'Recommandé à la profession',
    'Рекомендовано отрасли',
    'Recomendado al sector',
  ],
  'In part': ['جزئيًا', '部分', 'En partie', 'Частично', 'En parte'],
  'Not yet': ['ليس بعد', '尚未', 'Pas encore', 'Ещё нет', 'Todavía no'],
  'Title of the measure': ['عنوان التدبير', '措施标题', 'Titre de la mesure', 'Название меры', 'Título de la medida'],
  'Text of the measure': ['نص التدبير', '措施文本', 'Texte de la mesure', 'Текст меры', 'Texto de la medida'],
  'By effect': [
    'حسب طريقة التنفيذ',
    '按实施方式',
    'Par mode de mise en œuvre',
    'По способу осуществления',
    'Por modo de aplicación',
  ],
};
