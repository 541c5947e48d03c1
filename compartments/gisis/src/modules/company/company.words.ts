import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const companyWords: Terms = {
  'Companies and registered owners': [
    'الشركات والمالكون المسجلون',
    '公司和注册船东',
    'Compagnies et propriétaires inscrits',
    'Компании и зарегистрированные владельцы',
    'Compañías y propietarios inscritos',
  ],
  'Companies that answer for the safe operation of ships, and registered owners, by the number that each keeps for ever. The supplier of the data files and changes them.':
    [
      'الشركات المسؤولة عن التشغيل الآمن للسفن والمالكون المسجلون، بالرقم الذي يحتفظ به كل منهم دائمًا. يودعها مورد البيانات ويغيرها.',
      '负责船舶安全营运的公司和注册船东，各有终身不变的编号。由数据供应方填报和更改。',
      "Compagnies responsables de l'exploitation sûre des navires et propriétaires inscrits, sous le numéro que chacun garde à jamais. Le fournisseur des données les dépose et les modifie.",
      'Компании, отвечающие за безопасную эксплуатацию судов, и зарегистрированные владельцы под постоянным номером. Данные вносит и изменяет их поставщик.',
      'Compañías que responden de la explotación segura de los buques y propietarios inscritos, por el número que cada uno conserva siempre. El proveedor de los datos los presenta y modifica.',
    ],
  Companies: ['الشركات', '公司', 'Compagnies', 'Компании', 'Compañías'],
  'Company number': ['رقم الشركة', '公司编号', 'Numéro de compagnie', 'Номер компании', 'Número de compañía'],
  'Seven digits; a zero at the beginning belongs to it.': [
    'سبعة أرقام؛ والصفر في البداية جزء منها.',
    '七位数字；开头的零也算。',
    'Sept chiffres ; un zéro initial en fait partie.',
    'Семь цифр; начальный ноль входит в номер.',
    'Siete cifras; el cero inicial forma parte del número.',
  ],
  'Country of registration': ['بلد التسجيل', '注册国', "Pays d'enregistrement", 'Страна регистрации', 'País de registro'],
  Address: ['العنوان', '地址', 'Adresse', 'Адрес', 'Dirección'],
  Active: ['نشطة', '存续', 'Active', 'Действующая', 'Activa'],
  Dissolved: ['منحلة', '已解散', 'Dissoute', 'Ликвидирована', 'Disuelta'],
  Unknown: ['غير معروف', '未知', 'Inconnu', 'Неизвестно', 'Desconocido'],
  'Companies by country': [
    'الشركات حسب البلد',
    '按国家列示的公司',
    'Compagnies par pays',
    'Компании по странам',
    'Compañías por país',
  ],
};
