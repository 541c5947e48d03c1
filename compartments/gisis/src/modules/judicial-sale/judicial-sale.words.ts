import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const judicialSaleWords: Terms = {
  'Judicial sales of ships': [
    'البيع القضائي للسفن',
    '船舶司法出售',
    'Ventes judiciaires de navires',
    'Судебная продажа судов',
    'Ventas judiciales de buques',
  ],
  'Notices of judicial sales and certificates of judicial sale, with which a ship is sold free of charges. Courts and authorities of the State of sale send them to the repository.':
    [
      'إشعارات البيع القضائي وشهاداته التي تباع بها السفينة خالية من الأعباء. ترسلها محاكم وسلطات دولة البيع إلى المستودع.',
      '司法出售通知和证书，船舶据此无负担出售。由出售国法院和主管机关送交存放处。',
      "Avis et certificats de vente judiciaire, par lesquels un navire est vendu libre de charges. Les tribunaux et autorités de l'État de la vente les envoient au répertoire.",
      'Извещения и свидетельства о судебной продаже, по которым судно продаётся свободным от обременений. Их направляют в хранилище суды и органы государства продажи.',
      'Notificaciones y certificados de venta judicial, con los que un buque se vende libre de cargas. Los tribunales y autoridades del Estado de la venta los envían al archivo.',
    ],
  'Judicial sale': ['بيع قضائي', '司法出售', 'Vente judiciaire', 'Судебная продажа', 'Venta judicial'],
  'Judicial sales': ['عمليات بيع قضائي', '司法出售', 'Ventes judiciaires', 'Судебные продажи', 'Ventas judiciales'],
  'Owner immediately before the sale': [
    'المالك قبل البيع مباشرة',
    '出售前的船东',
    'Propriétaire juste avant la vente',
    'Владелец непосредственно перед продажей',
    'Propietario inmediatamente antes de la venta',
  ],
  'Court or authority': ['المحكمة أو السلطة', '法院或主管机关', 'Tribunal ou autorité', 'Суд или орган', 'Tribunal o autoridad'],
  'Number of the proceedings': ['رقم الدعوى', '案件编号', 'Numéro de la procédure', 'Номер дела', 'Número del procedimiento'],
  'Notice given on': ['صدر الإشعار في', '通知日期', 'Avis donné le', 'Извещение дано', 'Notificado el día'],
  'Day of the sale': ['يوم البيع', '出售日期', 'Jour de la vente', 'День продажи', 'Día de la venta'],
  'Place of the sale': ['مكان البيع', '出售地点', 'Lieu de la vente', 'Место продажи', 'Lugar de la venta'],
  'Clean title conferred': [
    'مُنحت ملكية خالصة',
    '授予清洁物权',
    'Titre libre conféré',
    'Передан чистый титул',
    'Título limpio conferido',
  ],
  Purchaser: ['المشتري', '买受人', 'Acquéreur', 'Покупатель', 'Comprador'],
  'Certificate issued on': [
    'صدرت الشهادة في',
    '证书签发日期',
    'Certificat délivré le',
    'Свидетельство выдано',
    'Certificado expedido el',
  ],
  'The sale': ['البيع', '出售', 'La vente', 'Продажа', 'La venta'],
  'Notice given': ['صدر الإشعار', '已通知', 'Avis donné', 'Извещение дано', 'Notificada'],
  Sold: ['بيعت', '已出售', 'Vendu', 'Продано', 'Vendido'],
  'Avoided or suspended': [
    'أُبطل أو عُلق',
    '已撤销或中止',
    'Annulée ou suspendue',
    'Отменена или приостановлена',
    'Anulada o suspendida',
  ],
  'File the certificate': [
    'إيداع الشهادة',
    '提交证书',
    'Déposer le certificat',
    'Представить свидетельство',
    'Presentar el certificado',
  ],
  'Mark as avoided or suspended': [
    'وسمه بأنه أُبطل أو عُلق',
    '标记为已撤销或中止',
    'Marquer comme annulée ou suspendue',
    'Отметить отмену или приостановление',
    'Marcar como anulada o suspendida',
  ],
};
