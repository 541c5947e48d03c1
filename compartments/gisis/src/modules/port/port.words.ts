import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const portWords: Terms = {
  Ports: ['الموانئ', '港口', 'Les ports', 'Порты', 'Puertos'],
  'Ports by their UN/LOCODE, with their names and where they lie. Reception facilities, port facilities and incidents name ports by this code. The Secretariat keeps the list from the code list of the United Nations; the supplier of the data adds positions.':
    [
      'الموانئ برمز UN/LOCODE مع أسمائها ومواقعها. تسمّي مرافق الاستقبال والمرافق المينائية والحوادث الموانئ بهذا الرمز. تحفظ الأمانة القائمة من قائمة رموز الأمم المتحدة، ويضيف مورد البيانات المواقع.',
      '按 UN/LOCODE 列示的港口及其名称和位置。接收设施、港口设施和事件均以此代码指明港口。秘书处依据联合国代码表维护此清单；数据供应方补充位置。',
      'Les ports par leur UN/LOCODE, avec leurs noms et leur emplacement. Les installations de réception, les installations portuaires et les incidents nomment les ports par ce code. Le Secrétariat tient la liste d’après celle des Nations Unies ; le fournisseur des données ajoute les positions.',
      'Порты по коду UN/LOCODE с названиями и местоположением. Приёмные сооружения, портовые средства и происшествия называют порты этим кодом. Секретариат ведёт список по перечню кодов Организации Объединённых Наций; поставщик данных добавляет координаты.',
      'Puertos por su UN/LOCODE, con sus nombres y situación. Las instalaciones de recepción, las instalaciones portuarias y los sucesos nombran los puertos con este código. La Secretaría mantiene la lista según la de las Naciones Unidas; el proveedor de los datos añade las posiciones.',
    ],
  'Other names': ['أسماء أخرى', '其他名称', 'Autres noms', 'Другие названия', 'Otros nombres'],
  Country: ['البلد', '国家', 'Pays', 'Страна', 'País'],
  Subdivision: ['التقسيم الفرعي', '行政区划', 'Subdivision', 'Административная единица', 'Subdivisión'],
  'By the second part of its code in ISO 3166-2.': [
    'بالجزء الثاني من رمزه في ISO 3166-2.',
    '采用其 ISO 3166-2 代码的第二部分。',
    'Par la seconde partie de son code ISO 3166-2.',
    'По второй части кода ISO 3166-2.',
    'Por la segunda parte de su código ISO 3166-2.',
  ],
  'Body of water': ['المسطح المائي', '水域', 'Étendue d’eau', 'Водный объект', 'Masa de agua'],
  'Number in the World Port Index': [
    'الرقم في الفهرس العالمي للموانئ',
    '世界港口索引编号',
    'Numéro dans le World Port Index',
    'Номер в World Port Index',
    'Número en el World Port Index',
  ],
};
