import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const migrantSmugglingWords: Terms = {
  'Migrant smuggling by sea': [
    'تهريب المهاجرين بحرًا',
    '海上偷运移民',
    'Trafic de migrants par mer',
    'Незаконный провоз мигрантов морем',
    'Tráfico de migrantes por mar',
  ],
  'Incidents of unsafe practices in the trafficking or transport of migrants by sea, as States report them, without anything that would tell who a person is.':
    [
      'وقائع ممارسات غير آمنة في الاتجار بالمهاجرين أو نقلهم بحرًا كما تبلغ عنها الدول، من دون أي شيء يدل على هوية شخص.',
      '各国报告的海上贩运或运送移民的不安全做法事件，不含任何可识别个人的内容。',
      'Cas de pratiques dangereuses dans le trafic ou le transport de migrants par mer, notifiés par les États, sans rien qui dise qui est une personne.',
      'Случаи небезопасной практики провоза или перевозки мигрантов морем по сообщениям государств, без данных, указывающих на личность.',
      'Sucesos de prácticas peligrosas en el tráfico o transporte de migrantes por mar, según los notifican los Estados, sin nada que diga quién es una persona.',
    ],
  'State of departure': ['دولة المغادرة', '出发国', 'État de départ', 'Государство отправления', 'Estado de partida'],
  'State of destination': ['دولة المقصد', '目的地国', 'État de destination', 'Государство назначения', 'Estado de destino'],
  Craft: ['المركب', '船艇', 'Embarcation', 'Плавсредство', 'Embarcación'],
  'Kind of craft': ['نوع المركب', '船艇类型', "Type d'embarcation", 'Вид плавсредства', 'Clase de embarcación'],
  Inflatable: ['قارب مطاطي', '充气艇', 'Pneumatique', 'Надувное', 'Neumática'],
  'Wooden boat': ['قارب خشبي', '木船', 'Bateau en bois', 'Деревянная лодка', 'Barca de madera'],
  'Fibreglass boat': [
    'قارب من الألياف الزجاجية',
    '玻璃钢船',
    'Bateau en fibre de verre',
    'Лодка из стекловолокна',
    'Barca de fibra de vidrio',
  ],
  'Sailing boat': ['قارب شراعي', '帆船', 'Voilier', 'Парусное судно', 'Velero'],
  'Merchant ship': ['سفينة تجارية', '商船', 'Navire marchand', 'Торговое судно', 'Buque mercante'],
  Rescued: ['الناجون المنقذون', '获救人数', 'Secourus', 'Спасено', 'Rescatados'],
  'Rescued by': ['أنقذهم', '施救方', 'Secourus par', 'Кем спасены', 'Rescatados por'],
  'Port of disembarkation': ['ميناء الإنزال', '登岸港口', 'Port de débarquement', 'Порт высадки', 'Puerto de desembarco'],
  'Measures taken': ['التدابير المتخذة', '所采取措施', 'Mesures prises', 'Принятые меры', 'Medidas adoptadas'],
  'The craft': ['المركب', '船艇', "L'embarcation", 'Плавсредство', 'La embarcación'],
  'The persons': ['الأشخاص', '人员', 'Les personnes', 'Люди', 'Las personas'],
};
