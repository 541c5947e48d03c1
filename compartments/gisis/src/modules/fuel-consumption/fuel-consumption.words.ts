import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const fuelConsumptionWords: Terms = {
  'Ship fuel oil consumption': [
    'استهلاك السفن من زيت الوقود',
    '船舶燃油消耗',
    'Consommation de fioul des navires',
    'Расход топлива судами',
    'Consumo de fueloil de los buques',
  ],
  'What each ship of 5,000 gross tonnage and above reported of its fuel and its voyages in a calendar year. A State sees its own ships, a recognized organization what it filed; everyone else has the shared set, in which no ship can be told.':
    [
      'ما أبلغت به كل سفينة حمولتها الإجمالية 5000 فأكثر عن وقودها ورحلاتها في سنة تقويمية. ترى الدولة سفنها، وترى الهيئة المعترف بها ما أودعته؛ ولمن عداهما المجموعة المشتركة التي لا يمكن تمييز أي سفينة فيها.',
      '总吨位5,000及以上的每艘船舶报告的一个日历年内的燃料和航行情况。国家查看本国船舶，被认可组织查看其所报内容；其他人查看无法识别任何船舶的共享数据集。',
      "Ce que chaque navire d'une jauge brute de 5 000 et plus a notifié de son combustible et de ses voyages en une année. Un État voit ses navires, un organisme reconnu ce qu'il a déposé ; tous les autres ont l'ensemble commun, où aucun navire ne se reconnaît.",
      'Что каждое судно валовой вместимостью 5000 и более сообщило о топливе и рейсах за календарный год. Государство видит свои суда, признанная организация — поданное ею; остальным доступен общий набор, в котором нельзя узнать ни одно судно.',
      'Lo que cada buque de arqueo bruto 5000 o más notificó de su combustible y sus viajes en un año civil. Un Estado ve sus buques, una organización reconocida lo que presentó; los demás tienen el conjunto común, en el que no se reconoce ningún buque.',
    ],
  'Annual report': ['تقرير سنوي', '年度报告', 'Rapport annuel', 'Годовой отчёт', 'Informe anual'],
  'Annual reports': ['تقارير سنوية', '年度报告', 'Rapports annuels', 'Годовые отчёты', 'Informes anuales'],
  Year: ['السنة', '年份', 'Année', 'Год', 'Año'],
  'Last day reported': [
    'آخر يوم مُبلَّغ عنه',
    '报告的最后一日',
    'Dernier jour notifié',
    'Последний учтённый день',
    'Último día notificado',
  ],
  'Distance travelled': ['المسافة المقطوعة', '航行距离', 'Distance parcourue', 'Пройденное расстояние', 'Distancia recorrida'],
  'Hours under way': ['ساعات الإبحار', '航行小时数', 'Heures de route', 'Часы на ходу', 'Horas navegando'],
  'Attained carbon intensity': [
    'كثافة الكربون المحققة',
    '达到的碳强度',
    'Intensité carbone obtenue',
    'Достигнутая углеродоёмкость',
    'Intensidad de carbono obtenida',
  ],
  Rating: ['التصنيف', '评级', 'Note', 'Рейтинг', 'Clasificación'],
  'How fuel was measured': [
    'كيف قيس الوقود',
    '燃料测量方法',
    'Comment le combustible a été mesuré',
    'Как измерялось топливо',
    'Cómo se midió el combustible',
  ],
  'Bunker delivery notes': [
    'مذكرات تسليم الوقود',
    '燃油交付单',
    'Notes de livraison de soutes',
    'Накладные на бункерное топливо',
    'Notas de entrega de combustible',
  ],
  'Flow meters': ['مقاييس التدفق', '流量计', 'Débitmètres', 'Расходомеры', 'Caudalímetros'],
  'Tank soundings': ['سبر الصهاريج', '液舱测深', 'Sondages des citernes', 'Замеры в цистернах', 'Sondas de los tanques'],
  'The year': ['السنة', '年份', "L'année", 'Год', 'El año'],
  'Rating and statement': [
    'التصنيف والبيان',
    '评级和声明',
    'Note et déclaration',
    'Рейтинг и заявление',
    'Clasificación y declaración',
  ],
  'Statement issued': ['صدر البيان', '声明已签发', 'Déclaration délivrée', 'Заявление выдано', 'Declaración expedida'],
  'Issue the statement of compliance': [
    'إصدار بيان الامتثال',
    '签发符合声明',
    'Délivrer la déclaration de conformité',
    'Выдать заявление о соответствии',
    'Expedir la declaración de cumplimiento',
  ],
  'The shared set': ['المجموعة المشتركة', '共享数据集', 'L’ensemble partagé', 'Общий набор данных', 'El conjunto compartido'],
  'Fuel by year, type and size of ships, in groups of at least five ships of which none makes up half. No ship, flag or company stands in it; what would tell of one is left out and counted.':
    [
      'الوقود حسب السنة ونوع السفن وحجمها، في مجموعات من خمس سفن على الأقل لا تشكّل أي منها النصف. لا ترد فيها سفينة ولا علم ولا شركة؛ وما قد يكشف عن سفينة يُستبعد ويُعدّ.',
      '按年份、船型和吨位统计的燃油，每组至少五艘船，且没有一艘占一半。其中不含船舶、船旗或公司；可能泄露某艘船的内容被略去并计数。',
      'Combustible par année, type et taille des navires, par groupes d’au moins cinq navires dont aucun ne fait la moitié. Aucun navire, pavillon ou compagnie n’y figure ; ce qui en trahirait un est omis et compté.',
      'Топливо по годам, типам и размерам судов, группами не менее чем по пять судов, ни одно из которых не составляет половины. Ни судна, ни флага, ни компании там нет; то, что указало бы на судно, опущено и подсчитано.',
      'Combustible por año, tipo y tamaño de los buques, en grupos de al menos cinco buques de los que ninguno suma la mitad. No figura ningún buque, pabellón ni compañía; lo que delataría a uno se omite y se cuenta.',
    ],
};
