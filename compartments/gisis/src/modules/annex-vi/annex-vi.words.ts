import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const annexViWords: Terms = {
  'What Parties notify about air pollution and energy efficiency: fuel that was not available or not compliant, suppliers of fuel, exhaust gas cleaning, fuel sampling, facilities, and ships exempted for trials. A report of non-availability asks for understanding; it exempts from nothing.':
    [
      'ما تخطر به الأطراف بشأن تلوث الهواء وكفاءة الطاقة: وقود غير متاح أو غير مطابق، وموردو الوقود، وتنظيف غاز العادم، وأخذ عينات الوقود، والمرافق، والسفن المعفاة لأغراض التجارب. إن تقرير عدم التوافر يطلب التفهم ولا يعفي من شيء.',
      '缔约国就空气污染和能效所作的通知：合规燃油无法获得或不合规、燃油供应商、废气清洗、燃油取样、设施以及为试验而免除的船舶。无法获得合规燃油的报告只是请求谅解，不构成任何免除。',
      "Ce que les Parties notifient sur la pollution de l'air et l'efficacité énergétique : combustible non disponible ou non conforme, fournisseurs, épuration des gaz d'échappement, échantillonnage, installations et navires exemptés pour des essais. Une notification de non-disponibilité demande de la compréhension ; elle n'exempte de rien.",
      'О чём Стороны уведомляют в связи с загрязнением воздуха и энергоэффективностью: отсутствие соответствующего топлива или его несоответствие, поставщики, очистка выхлопных газов, отбор проб, сооружения и суда, освобождённые для испытаний. Сообщение об отсутствии топлива просит о понимании и ни от чего не освобождает.',
      'Lo que las Partes notifican sobre contaminación atmosférica y eficiencia energética: combustible no disponible o no reglamentario, proveedores, limpieza de gases de escape, muestreo, instalaciones y buques exentos para ensayos. Un informe de no disponibilidad pide comprensión; no exime de nada.',
    ],
  'Compliant fuel not available (FONAR)': [
    'وقود مطابق غير متاح (FONAR)',
    '无法获得合规燃油（FONAR）',
    'Combustible conforme non disponible (FONAR)',
    'Соответствующее топливо отсутствует (FONAR)',
    'Combustible reglamentario no disponible (FONAR)',
  ],
  'Fuel delivered out of specification': [
    'وقود مورَّد غير مطابق للمواصفات',
    '交付的燃油不符合规格',
    'Combustible livré hors spécifications',
    'Поставлено топливо, не отвечающее спецификации',
    'Combustible entregado fuera de especificación',
  ],
  'Local supplier of fuel oil': [
    'مورد محلي لزيت الوقود',
    '当地燃油供应商',
    'Fournisseur local de fioul',
    'Местный поставщик топлива',
    'Proveedor local de fueloil',
  ],
  'Trial of technology': ['تجربة تكنولوجيا', '技术试验', 'Essai de technologie', 'Испытание технологии', 'Ensayo de tecnología'],
  'Rule on discharge of washwater': [
    'قاعدة بشأن تصريف مياه الغسل',
    '洗涤水排放规定',
    "Règle sur le rejet d'eaux de lavage",
    'Правило о сбросе промывочной воды',
    'Norma sobre descarga de agua de lavado',
  ],
  'Reception facility lacking': [
    'نقص في مرفق الاستقبال',
    '缺少接收设施',
    'Installation de réception manquante',
    'Отсутствие приёмного сооружения',
    'Falta de instalación de recepción',
  ],
  'Engine approved under tier III': [
    'محرك معتمد بموجب المستوى الثالث',
    '按第三级核准的发动机',
    'Moteur approuvé au niveau III',
    'Двигатель, одобренный по уровню III',
    'Motor aprobado según el nivel III',
  ],
  'Energy efficiency and carbon intensity': [
    'كفاءة الطاقة وكثافة الكربون',
    '能效和碳强度',
    'Efficacité énergétique et intensité carbone',
    'Энергоэффективность и углеродоёмкость',
    'Eficiencia energética e intensidad de carbono',
  ],
  Supplier: ['المورد', '供应商', 'Fournisseur', 'Поставщик', 'Proveedor'],
  'Very low sulphur fuel oil': [
    'زيت وقود منخفض الكبريت جدًا',
    '超低硫燃油',
    'Fioul à très faible teneur en soufre',
    'Топливо с очень низким содержанием серы',
    'Fueloil de muy bajo azufre',
  ],
  Methanol: ['ميثانول', '甲醇', 'Méthanol', 'Метанол', 'Metanol'],
  Sulphur: ['الكبريت', '硫含量', 'Soufre', 'Сера', 'Azufre'],
  Quantity: ['الكمية', '数量', 'Quantité', 'Количество', 'Cantidad'],
  'What was tried to obtain compliant fuel': [
    'ما جرت محاولته للحصول على وقود مطابق',
    '为获取合规燃油所作的努力',
    'Ce qui a été tenté pour obtenir du combustible conforme',
    'Что предпринято для получения соответствующего топлива',
    'Qué se intentó para obtener combustible reglamentario',
  ],
  'Ship and port': ['السفينة والميناء', '船舶和港口', 'Navire et port', 'Судно и порт', 'Buque y puerto'],
  Notified: ['تم الإخطار', '已通知', 'Notifié', 'Уведомлено', 'Notificado'],
};
