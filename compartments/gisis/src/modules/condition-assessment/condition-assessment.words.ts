import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const conditionAssessmentWords: Terms = {
  'Statements of compliance that flag States issued, suspended, withdrew or refused for single-hull oil tankers under the Condition Assessment Scheme. Parties to MARPOL see them.':
    [
      'بيانات الامتثال التي أصدرتها دول العلم أو علقتها أو سحبتها أو رفضتها لناقلات النفط أحادية البدن بموجب مخطط تقييم الحالة. تطلع عليها أطراف اتفاقية ماربول.',
      '船旗国根据状况评估计划对单壳油船签发、中止、撤销或拒发的符合声明。《防污公约》缔约国可查阅。',
      'Déclarations de conformité que les États du pavillon ont délivrées, suspendues, retirées ou refusées à des pétroliers à coque simple. Les Parties à MARPOL les voient.',
      'Заявления о соответствии, выданные, приостановленные, отозванные государствами флага или в которых отказано однокорпусным танкерам по Системе оценки состояния. Доступны Сторонам МАРПОЛ.',
      'Declaraciones de cumplimiento que los Estados de abanderamiento expidieron, suspendieron, retiraron o denegaron a petroleros de casco sencillo. Las ven las Partes en el MARPOL.',
    ],
  'Statement of compliance': [
    'بيان الامتثال',
    '符合声明',
    'Déclaration de conformité',
    'Заявление о соответствии',
    'Declaración de cumplimiento',
  ],
  'Statements of compliance': [
    'بيانات الامتثال',
    '符合声明',
    'Déclarations de conformité',
    'Заявления о соответствии',
    'Declaraciones de cumplimiento',
  ],
  'Category of the tanker': ['فئة الناقلة', '油船类别', 'Catégorie du pétrolier', 'Категория танкера', 'Categoría del petrolero'],
  'Category 2': ['الفئة 2', '第2类', 'Catégorie 2', 'Категория 2', 'Categoría 2'],
  'Category 3': ['الفئة 3', '第3类', 'Catégorie 3', 'Категория 3', 'Categoría 3'],
  Decision: ['القرار', '决定', 'Décision', 'Решение', 'Decisión'],
  Issued: ['صادر', '已签发', 'Délivrée', 'Выдано', 'Expedida'],
  'Interim statement issued': [
    'صدر بيان مؤقت',
    '已签发临时声明',
    'Déclaration provisoire délivrée',
    'Выдано временное заявление',
    'Declaración provisional expedida',
  ],
  Suspended: ['معلق', '已中止', 'Suspendue', 'Приостановлено', 'Suspendida'],
  Refused: ['مرفوض', '已拒发', 'Refusée', 'Отказано', 'Denegada'],
  'Decided on': ['تاريخ القرار', '决定日期', 'Décidé le', 'Дата решения', 'Decidido el'],
  'The decision': ['القرار', '决定', 'La décision', 'Решение', 'La decisión'],
  Suspend: ['تعليق', '中止', 'Suspendre', 'Приостановить', 'Suspender'],
  Reinstate: ['إعادة العمل به', '恢复效力', 'Remettre en vigueur', 'Возобновить действие', 'Rehabilitar'],
  Refuse: ['رفض', '拒发', 'Refuser', 'Отказать', 'Denegar'],
};
