import type { Language } from '@bulkhead/contracts';

const en = {
  tokens: 'API tokens',
  lead: 'With an API token a program acts in your name. Give each program its own, with no more than it needs.',
  none: 'You have none.',
  usage: 'Programs send it with each request:',
  nameHint: 'Such as “Report of the statistics office”.',
  scope: 'Roles',
  scopeHint: 'It can do what you can do, in these roles only, and only as long as you hold them.',
  noRoles: 'You hold no role that a token could carry.',
  access: 'Access',
  read: 'reading only',
  write: 'reading and writing',
  faultScopes: 'Choose at least one of your roles.',
} as const;

export type ApiTokenWord = keyof typeof en;
type Words = Readonly<Record<ApiTokenWord, string>>;

const fr: Words = {
  tokens: "Jetons d'API",
  lead: "Avec un jeton d'API, un programme agit en votre nom. Donnez à chaque programme le sien, sans plus que le nécessaire.",
  none: "Vous n'en avez aucun.",
  usage: "Les programmes l'envoient avec chaque requête :",
  nameHint: 'Par exemple « Rapport du bureau des statistiques ».',
  scope: 'Rôles',
  scopeHint: 'Il peut faire ce que vous pouvez faire, dans ces seuls rôles et tant que vous les avez.',
  noRoles: "Vous n'avez aucun rôle qu'un jeton pourrait porter.",
  access: 'Accès',
  read: 'lecture seule',
  write: 'lecture et écriture',
  faultScopes: 'Choisissez au moins un de vos rôles.',
};

const es: Words = {
  tokens: 'Tokens de API',
  lead: 'Con un token de API un programa actúa en su nombre. Dé a cada programa el suyo, con no más de lo necesario.',
  none: 'No tiene ninguno.',
  usage: 'Los programas lo envían con cada petición:',
  nameHint: 'Por ejemplo «Informe de la oficina de estadística».',
  scope: 'Funciones',
  scopeHint: 'Puede hacer lo que usted puede hacer, solo en estas funciones y mientras las tenga.',
  noRoles: 'No tiene ninguna función que un token pudiera llevar.',
  access: 'Acceso',
  read: 'solo lectura',
  write: 'lectura y escritura',
  faultScopes: 'Elija al menos una de sus funciones.',
};

const ru: Words = {
  tokens: 'Токены API',
  lead: 'С токеном API программа действует от вашего имени. Давайте каждой программе свой и не больше, чем ей нужно.',
  none: 'У вас их нет.',
  usage: 'Программы посылают его с каждым запросом:',
  nameHint: 'Например, «Отчёт отдела статистики».',
  scope: 'Роли',
  scopeHint: 'Он может то же, что и вы, только в этих ролях и только пока они у вас есть.',
  noRoles: 'У вас нет ролей, которые мог бы нести токен.',
  access: 'Доступ',
  read: 'только чтение',
  write: 'чтение и запись',
  faultScopes: 'Выберите хотя бы одну из своих ролей.',
};

const zh: Words = {
  tokens: 'API 令牌',
  lead: '程序可凭 API 令牌以您的名义行事。请为每个程序单独制作，只给所需的权限。',
  none: '您没有令牌。',
  usage: '程序在每次请求中发送：',
  nameHint: '例如“统计处报告”。',
  scope: '角色',
  scopeHint: '它只能以这些角色做您能做的事，且仅在您拥有这些角色期间。',
  noRoles: '您没有可由令牌携带的角色。',
  access: '权限',
  read: '仅读取',
  write: '读取和写入',
  faultScopes: '请至少选择您的一个角色。',
};

const ar: Words = {
  tokens: 'رموز API',
  lead: 'برمز API يتصرف برنامجٌ باسمك. أعطِ كل برنامج رمزاً خاصاً به دون زيادة على حاجته.',
  none: 'ليس لديك أي رمز.',
  usage: 'ترسله البرامج مع كل طلب:',
  nameHint: 'مثل «تقرير مكتب الإحصاء».',
  scope: 'الأدوار',
  scopeHint: 'يستطيع ما تستطيعه أنت، في هذه الأدوار وحدها وما دامت لك.',
  noRoles: 'ليس لك دور يمكن أن يحمله رمز.',
  access: 'الوصول',
  read: 'قراءة فقط',
  write: 'قراءة وكتابة',
  faultScopes: 'اختر دوراً واحداً على الأقل من أدوارك.',
};

const DICTIONARY: Readonly<Record<Language, Words>> = { ar, zh, en, fr, ru, es };

export function apiTokenWords(language: Language): Words {
  return DICTIONARY[language];
}
