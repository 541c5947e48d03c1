import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const crewChangeWords: Terms = {
  'Crew change': ['تبديل الطواقم', '船员换班', 'Relève des équipages', 'Смена экипажа', 'Relevo de tripulaciones'],
  'Where and how seafarers can join and leave ships, whether a State counts them as key workers, and whom to ask when a crew change is blocked.':
    [
      'أين وكيف يمكن للبحارة الالتحاق بالسفن ومغادرتها، وهل تعدهم الدولة عمالًا أساسيين، ومن يُسأل عند تعذر تبديل الطاقم.',
      '海员在何处、如何上下船，国家是否将其视为关键工作者，以及换班受阻时向谁求助。',
      "Où et comment les gens de mer peuvent embarquer et débarquer, si l'État les tient pour des travailleurs essentiels, et à qui s'adresser quand une relève est bloquée.",
      'Где и как моряки могут прибывать на суда и покидать их, считает ли государство их ключевыми работниками и к кому обращаться, если смена невозможна.',
      'Dónde y cómo la gente de mar puede embarcar y desembarcar, si el Estado la considera trabajadora esencial y a quién acudir si se bloquea un relevo.',
    ],
  'Crew change notice': [
    'إشعار بشأن تبديل الطواقم',
    '换班通告',
    'Avis de relève',
    'Извещение о смене экипажа',
    'Aviso de relevo',
  ],
  'Crew change notices': [
    'إشعارات بشأن تبديل الطواقم',
    '换班通告',
    'Avis de relève',
    'Извещения о смене экипажа',
    'Avisos de relevo',
  ],
  'Seafarers are key workers': [
    'البحارة عمال أساسيون',
    '海员为关键工作者',
    'Les gens de mer sont des travailleurs essentiels',
    'Моряки — ключевые работники',
    'La gente de mar es trabajadora esencial',
  ],
  Possible: ['ممكن', '可以', 'Possible', 'Возможна', 'Posible'],
  'Possible under conditions': [
    'ممكن بشروط',
    '有条件可以',
    'Possible sous conditions',
    'Возможна при условиях',
    'Posible con condiciones',
  ],
  'Possible in emergencies only': [
    'ممكن في حالات الطوارئ فقط',
    '仅紧急情况可以',
    'Possible en urgence seulement',
    'Возможна только в экстренных случаях',
    'Posible solo en emergencias',
  ],
  'Not possible': ['غير ممكن', '不可以', 'Impossible', 'Невозможна', 'No es posible'],
  Visa: ['التأشيرة', '签证', 'Visa', 'Виза', 'Visado'],
  'Medical care ashore': [
    'الرعاية الطبية على البر',
    '岸上医疗',
    'Soins médicaux à terre',
    'Медицинская помощь на берегу',
    'Atención médica en tierra',
  ],
};
