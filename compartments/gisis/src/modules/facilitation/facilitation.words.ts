import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const facilitationWords: Terms = {
  'Facilitation of maritime traffic': [
    'تسهيل حركة الملاحة البحرية',
    '便利国际海上运输',
    'Facilitation du trafic maritime',
    'Облегчение морского судоходства',
    'Facilitación del tráfico marítimo',
  ],
  'What Contracting Governments notify under the FAL Convention: where their formalities differ from its standards and recommended practices, whom stowaways are told to, and how ships file their papers.':
    [
      'ما تخطر به الحكومات المتعاقدة بموجب اتفاقية التسهيل: أين تختلف إجراءاتها عن المعايير والممارسات الموصى بها، ومن يُبلَّغ عن المتسللين، وكيف تودع السفن أوراقها.',
      '缔约国政府根据《便运公约》所作的通知：其手续与标准和建议措施的差异、偷渡者向谁报告，以及船舶如何提交文件。',
      'Ce que les Gouvernements contractants notifient au titre de la Convention FAL : en quoi leurs formalités diffèrent des normes et pratiques recommandées, à qui signaler les passagers clandestins, comment les navires déposent leurs papiers.',
      'О чём Договаривающиеся правительства уведомляют по Конвенции ФАЛ: отличия формальностей от стандартов и рекомендуемой практики, кому сообщать о безбилетных пассажирах, как суда подают документы.',
      'Lo que los Gobiernos Contratantes notifican según el Convenio FAL: en qué difieren sus formalidades de las normas y prácticas recomendadas, a quién se avisa de los polizones y cómo presentan los buques sus papeles.',
    ],
  'Difference from a standard': [
    'اختلاف عن معيار',
    '与标准的差异',
    'Différence par rapport à une norme',
    'Отличие от стандарта',
    'Diferencia respecto de una norma',
  ],
  'Recommended practice not followed': [
    'ممارسة موصى بها غير متبعة',
    '未遵循的建议措施',
    'Pratique recommandée non suivie',
    'Рекомендуемая практика не соблюдается',
    'Práctica recomendada no seguida',
  ],
  'Stowaway incident': [
    'حادثة تسلل',
    '偷渡事件',
    'Incident de clandestins',
    'Случай с безбилетными пассажирами',
    'Suceso con polizones',
  ],
  'Persons rescued at sea': [
    'أشخاص أُنقذوا في البحر',
    '海上获救人员',
    'Personnes sauvées en mer',
    'Люди, спасённые на море',
    'Personas rescatadas en el mar',
  ],
  'Information for ships': [
    'معلومات للسفن',
    '供船舶参考的信息',
    'Informations pour les navires',
    'Сведения для судов',
    'Información para los buques',
  ],
  Provision: ['الحكم', '条款', 'Disposition', 'Положение', 'Disposición'],
  'Such as Standard 2.7.': [
    'مثل المعيار 2.7.',
    '例如标准2.7。',
    'Par exemple la norme 2.7.',
    'Например, стандарт 2.7.',
    'Por ejemplo, la norma 2.7.',
  ],
  Persons: ['الأشخاص', '人数', 'Personnes', 'Число людей', 'Personas'],
  'Stowaways and persons rescued': [
    'المتسللون والأشخاص المنقذون',
    '偷渡者和获救人员',
    'Clandestins et personnes sauvées',
    'Безбилетные пассажиры и спасённые',
    'Polizones y personas rescatadas',
  ],
};
