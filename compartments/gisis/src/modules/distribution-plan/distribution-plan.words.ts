import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const distributionPlanWords: Terms = {
  'LRIT data distribution plan': [
    'خطة توزيع بيانات LRIT',
    'LRIT 数据分配计划',
    'Plan de distribution des données LRIT',
    'План распределения данных ОСДР',
    'Plan de distribución de datos LRIT',
  ],
  'What Contracting Governments tell about long-range identification and tracking: their data centre, areas in which they ask for positions of foreign ships, ports, and whom to reach. It is for Contracting Governments.':
    [
      'ما تذكره الحكومات المتعاقدة عن التعرف على السفن وتتبعها من بعيد: مركز بياناتها، والمناطق التي تطلب فيها مواقع السفن الأجنبية، والموانئ، وجهات الاتصال. وهي للحكومات المتعاقدة.',
      '缔约国政府就船舶远程识别和跟踪提供的信息：数据中心、要求外国船舶报告位置的区域、港口及联系人。仅供缔约国政府使用。',
      "Ce que les Gouvernements contractants indiquent sur l'identification et le suivi à grande distance : centre de données, zones où ils demandent la position de navires étrangers, ports et contacts. Réservé aux Gouvernements contractants.",
      'Что Договаривающиеся правительства сообщают об опознавании и слежении на дальнем расстоянии: центр данных, районы запроса позиций иностранных судов, порты и контакты. Для Договаривающихся правительств.',
      'Lo que los Gobiernos Contratantes indican sobre identificación y seguimiento de largo alcance: su centro de datos, las zonas en que piden la situación de buques extranjeros, puertos y contactos. Es para los Gobiernos Contratantes.',
    ],
  Entry: ['قيد', '条目', 'Entrée', 'Запись', 'Entrada'],
  Entries: ['قيود', '条目', 'Entrées', 'Записи', 'Entradas'],
  'Data centre': ['مركز بيانات', '数据中心', 'Centre de données', 'Центр данных', 'Centro de datos'],
  'Application service provider': [
    'مقدم خدمات التطبيق',
    '应用服务提供商',
    "Fournisseur de services d'application",
    'Поставщик прикладных услуг',
    'Proveedor de servicios de aplicaciones',
  ],
  'Territorial sea': ['البحر الإقليمي', '领海', 'Mer territoriale', 'Территориальное море', 'Mar territorial'],
  'Area up to 1,000 nautical miles': [
    'منطقة حتى 1000 ميل بحري',
    '1,000 海里以内区域',
    "Zone jusqu'à 1 000 milles marins",
    'Район до 1000 морских миль',
    'Zona hasta 1000 millas marinas',
  ],
  'Area of its own making': [
    'منطقة تحددها بنفسها',
    '自定义区域',
    'Zone de son choix',
    'Собственный район',
    'Zona definida por él mismo',
  ],
  'Port or port facility': [
    'ميناء أو مرفق ميناء',
    '港口或港口设施',
    'Port ou installation portuaire',
    'Порт или портовое средство',
    'Puerto o instalación portuaria',
  ],
  'Standing order': ['أمر دائم', '长期指令', 'Ordre permanent', 'Постоянное указание', 'Orden permanente'],
  'LRIT identifier': ['معرّف LRIT', 'LRIT 标识', 'Identifiant LRIT', 'Идентификатор ОСДР', 'Identificador LRIT'],
  'Limits of the area': ['حدود المنطقة', '区域界限', 'Limites de la zone', 'Границы района', 'Límites de la zona'],
  'The entry': ['القيد', '条目', "L'entrée", 'Запись', 'La entrada'],
};
