import type { Terms } from '#declaration/terms.rules.ts';

/** What this module alone says: ar, zh, fr, ru, es. */
export const gmdssWords: Terms = {
  'GMDSS master plan': [
    'الخطة الرئيسية للنظام GMDSS',
    'GMDSS 总计划',
    'Plan directeur du SMDSM',
    'Генеральный план ГМССБ',
    'Plan general del SMSSM',
  ],
  'Shore-based facilities of the Global Maritime Distress and Safety System: coast stations, NAVTEX, satellite services and their coverage.':
    [
      'المرافق الساحلية للنظام العالمي للاستغاثة والسلامة في البحر: المحطات الساحلية ونافتكس وخدمات السواتل وتغطيتها.',
      '全球海上遇险和安全系统的岸基设施：海岸电台、NAVTEX、卫星业务及其覆盖范围。',
      'Installations à terre du Système mondial de détresse et de sécurité en mer : stations côtières, NAVTEX, services par satellite et leur couverture.',
      'Береговые средства Глобальной морской системы связи при бедствии: береговые станции, НАВТЕКС, спутниковые службы и их зоны.',
      'Instalaciones en tierra del Sistema mundial de socorro y seguridad marítimos: estaciones costeras, NAVTEX, servicios por satélite y su cobertura.',
    ],
  Station: ['محطة', '电台', 'Station', 'Станция', 'Estación'],
  Stations: ['محطات', '电台', 'Stations', 'Станции', 'Estaciones'],
  Services: ['الخدمات', '业务', 'Services', 'Службы', 'Servicios'],
  'VHF DSC (sea area A1)': [
    'VHF DSC (المنطقة البحرية A1)',
    '甚高频 DSC（A1 海区）',
    'DSC en VHF (zone A1)',
    'ЦИВ УКВ (морской район А1)',
    'LSD en ondas métricas (zona A1)',
  ],
  'MF DSC (sea area A2)': [
    'MF DSC (المنطقة البحرية A2)',
    '中频 DSC（A2 海区）',
    'DSC en ondes hectométriques (zone A2)',
    'ЦИВ ПВ (морской район А2)',
    'LSD en ondas hectométricas (zona A2)',
  ],
  'HF DSC': ['DSC على الموجات العالية', '高频 DSC', 'DSC en ondes décamétriques', 'ЦИВ КВ', 'LSD en ondas decamétricas'],
  'Satellite safety broadcasts': [
    'بث السلامة بالسواتل',
    '卫星安全广播',
    'Diffusion de sécurité par satellite',
    'Спутниковое вещание по безопасности',
    'Difusión de seguridad por satélite',
  ],
  'Coast earth station': [
    'محطة أرضية ساحلية',
    '海岸地球站',
    'Station terrienne côtière',
    'Береговая земная станция',
    'Estación terrena costera',
  ],
  'Weather broadcasts': ['نشرات الطقس', '气象广播', 'Bulletins météorologiques', 'Метеосводки', 'Boletines meteorológicos'],
  Range: ['المدى', '作用距离', 'Portée', 'Дальность', 'Alcance'],
  'Frequencies and channels': [
    'الترددات والقنوات',
    '频率和频道',
    'Fréquences et voies',
    'Частоты и каналы',
    'Frecuencias y canales',
  ],
  Operational: ['عاملة', '运行中', 'En service', 'Действует', 'Operativa'],
  'On trial': ['قيد التجربة', '试运行', "À l'essai", 'Испытывается', 'En prueba'],
  'NAVAREA and NAVTEX letter': [
    'منطقة NAVAREA وحرف نافتكس',
    '航行警告区和 NAVTEX 字母',
    'NAVAREA et lettre NAVTEX',
    'НАВАРЕА и буква НАВТЕКС',
    'NAVAREA y letra NAVTEX',
  ],
  'The station': ['المحطة', '电台', 'La station', 'Станция', 'La estación'],
  Radio: ['اللاسلكي', '无线电', 'Radio', 'Радио', 'Radio'],
};
