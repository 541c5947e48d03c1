import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const legislationWords: Terms = {
  'National maritime legislation': [
    'التشريعات البحرية الوطنية',
    '国家海事立法',
    'Législation maritime nationale',
    'Национальное морское законодательство',
    'Legislación marítima nacional',
  ],
  'Laws and regulations with which States give effect to the conventions of the Organization, as they sent them.': [
    'القوانين واللوائح التي تنفذ بها الدول اتفاقيات المنظمة، كما أرسلتها.',
    '各国报送的、用以实施本组织公约的法律和规章。',
    "Lois et règlements par lesquels les États donnent effet aux conventions de l'Organisation, tels qu'ils les ont envoyés.",
    'Законы и правила, которыми государства осуществляют конвенции Организации, в присланном виде.',
    'Leyes y reglamentos con que los Estados dan efecto a los convenios de la Organización, tal como los enviaron.',
  ],
  Law: ['قانون', '法律', 'Loi', 'Закон', 'Ley'],
  Laws: ['قوانين', '法律', 'Lois', 'Законы', 'Leyes'],
  Title: ['العنوان', '标题', 'Titre', 'Заголовок', 'Título'],
  'Title in its own language': [
    'العنوان بلغته الأصلية',
    '原文标题',
    'Titre dans sa langue',
    'Заголовок на языке оригинала',
    'Título en su idioma',
  ],
  'Act or law': ['قانون', '法案或法律', 'Loi', 'Закон', 'Ley'],
  Decree: ['مرسوم', '法令', 'Décret', 'Декрет', 'Decreto'],
  'Order or notice': ['أمر أو إشعار', '命令或通告', 'Arrêté ou avis', 'Приказ или извещение', 'Orden o aviso'],
  'Instruments that it gives effect to': [
    'الصكوك التي ينفذها',
    '所实施的文书',
    'Instruments auxquels il donne effet',
    'Документы, которые он осуществляет',
    'Instrumentos a los que da efecto',
  ],
  'Repealed on': ['أُلغي في', '废止日期', 'Abrogé le', 'Отменён', 'Derogada el'],
  Text: ['النص', '文本', 'Texte', 'Текст', 'Texto'],
  'Text on the web': ['النص على الشبكة', '网上文本', 'Texte sur le Web', 'Текст в интернете', 'Texto en la web'],
  'The law': ['القانون', '法律', 'La loi', 'Закон', 'La ley'],
};
