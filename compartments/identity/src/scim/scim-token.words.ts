import type { Language } from '@bulkhead/contracts';

const en = {
  title: 'Joiners and leavers (SCIM)',
  lead: 'The organisation’s own directory, such as Entra ID or Okta, tells here who joins and who leaves. Whoever leaves is signed out within a second.',
  address: 'Address to enter there',
  groups:
    'Its groups are the roles that the delegation holds, such as website/editor. Roles over accounts are never given in this way.',
  none: 'No token has been made yet.',
  nameHint: 'Such as “Entra ID of the ministry”.',
  full: 'Three tokens are good at present. End one first.',
} as const;

export type ScimWord = keyof typeof en;
type Words = Readonly<Record<ScimWord, string>>;

const fr: Words = {
  title: 'Arrivées et départs (SCIM)',
  lead: 'L’annuaire de l’organisation, par exemple Entra ID ou Okta, signale ici qui arrive et qui part. Qui part est déconnecté en une seconde.',
  address: 'Adresse à y inscrire',
  groups:
    'Ses groupes sont les rôles que la délégation détient, par exemple website/editor. Les rôles sur les comptes ne sont jamais donnés ainsi.',
  none: 'Aucun jeton n’a encore été créé.',
  nameHint: 'Par exemple « Entra ID du ministère ».',
  full: 'Trois jetons sont valables à présent. Révoquez-en un d’abord.',
};

const es: Words = {
  title: 'Altas y bajas (SCIM)',
  lead: 'El directorio de la organización, como Entra ID u Okta, comunica aquí quién llega y quién se va. La sesión de quien se va termina en un segundo.',
  address: 'Dirección que debe inscribirse allí',
  groups: 'Sus grupos son los roles que tiene la delegación, como website/editor. Los roles sobre cuentas nunca se dan así.',
  none: 'Todavía no se ha creado ningún token.',
  nameHint: 'Por ejemplo, «Entra ID del ministerio».',
  full: 'Hay tres tokens válidos. Termine uno primero.',
};

const ru: Words = {
  title: 'Приход и уход сотрудников (SCIM)',
  lead: 'Собственный каталог организации, например Entra ID или Okta, сообщает сюда, кто пришёл и кто ушёл. Сеансы ушедшего завершаются в течение секунды.',
  address: 'Адрес, который нужно там указать',
  groups:
    'Группы — это роли, которые есть у делегации, например website/editor. Роли над учётными записями так никогда не выдаются.',
  none: 'Токенов пока нет.',
  nameHint: 'Например, «Entra ID министерства».',
  full: 'Сейчас действуют три токена. Сначала отзовите один.',
};

const zh: Words = {
  title: '人员加入与离开（SCIM）',
  lead: '组织自己的目录（如 Entra ID 或 Okta）在此告知谁加入、谁离开。离开者的会话在一秒内结束。',
  address: '需在该处填写的地址',
  groups: '其中的组即代表团所拥有的角色，例如 website/editor。管理帐户的角色绝不以此方式授予。',
  none: '尚未创建令牌。',
  nameHint: '例如“某部的 Entra ID”。',
  full: '目前已有三个有效令牌。请先终止一个。',
};

const ar: Words = {
  title: 'الملتحقون والمغادرون (SCIM)',
  lead: 'يُبلغ دليل المنظمة نفسه، مثل Entra ID أو Okta، هنا بمن يلتحق ومن يغادر. وتنتهي جلسات من يغادر خلال ثانية.',
  address: 'العنوان الذي يُدخل هناك',
  groups: 'مجموعاته هي الأدوار التي يحوزها الوفد، مثل website/editor. أما الأدوار على الحسابات فلا تُمنح بهذه الطريقة أبدًا.',
  none: 'لم يُنشأ أي رمز بعد.',
  nameHint: 'مثل «Entra ID للوزارة».',
  full: 'توجد ثلاثة رموز صالحة حاليًا. أنهِ واحدًا أولًا.',
};

const WORDS: Readonly<Record<Language, Words>> = { ar, zh, en, fr, ru, es };

export function scimWords(language: Language): Words {
  return WORDS[language];
}
