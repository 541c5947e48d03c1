import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';

type Word =
  | 'title'
  | 'lead'
  | 'none'
  | 'others'
  | 'notGiven'
  | 'total'
  | 'counted'
  | 'tooMany'
  | 'several'
  | 'earlier'
  | 'asCsv'
  | 'picture'
  | 'numbers'
  | 'onPage'
  | 'count';

const DICTIONARY: Dictionary<Word> = {
  en: {
    title: 'Statistics: {module}',
    lead: 'Counted from the records that the query finds and that you may see. Each number leads to its records.',
    none: 'There is nothing to count: no record fits.',
    others: 'Others',
    notGiven: 'Not given',
    total: 'Together',
    counted: 'As of {moment}',
    tooMany: 'More than {count} records fit. Narrow the list, and they are counted.',
    several: 'A record that names several is counted under each.',
    earlier: 'to {year}',
    asCsv: 'These numbers as CSV',
    picture: '{chart}. The table below has the same numbers.',
    numbers: 'Numbers: {chart}',
    onPage: 'On this page',
    count: 'Records',
  },
  fr: {
    title: 'Statistiques : {module}',
    lead: 'Comptées à partir des fiches que trouve la requête et que vous pouvez voir. Chaque nombre mène à ses fiches.',
    none: 'Rien à compter : aucune fiche ne convient.',
    others: 'Autres',
    notGiven: 'Non indiqué',
    total: 'Ensemble',
    counted: 'État au {moment}',
    tooMany: 'Plus de {count} fiches conviennent. Limitez la liste pour les compter.',
    several: 'Une fiche qui en cite plusieurs compte pour chacun.',
    earlier: 'jusqu’à {year}',
    asCsv: 'Ces nombres en CSV',
    picture: '{chart}. Le tableau ci-dessous donne les mêmes nombres.',
    numbers: 'Nombres : {chart}',
    onPage: 'Sur cette page',
    count: 'Fiches',
  },
  es: {
    title: 'Estadísticas: {module}',
    lead: 'Contadas a partir de los registros que encuentra la consulta y que usted puede ver. Cada número lleva a sus registros.',
    none: 'No hay nada que contar: ningún registro coincide.',
    others: 'Otros',
    notGiven: 'No indicado',
    total: 'En total',
    counted: 'A fecha de {moment}',
    tooMany: 'Coinciden más de {count} registros. Limite la lista para contarlos.',
    several: 'Un registro que nombra varios cuenta en cada uno.',
    earlier: 'hasta {year}',
    asCsv: 'Estos números en CSV',
    picture: '{chart}. La tabla de abajo contiene los mismos números.',
    numbers: 'Números: {chart}',
    onPage: 'En esta página',
    count: 'Registros',
  },
  ru: {
    title: 'Статистика: {module}',
    lead: 'Подсчитано по записям, которые находит запрос и которые вам видны. Каждое число ведёт к своим записям.',
    none: 'Считать нечего: ни одна запись не подходит.',
    others: 'Прочие',
    notGiven: 'Не указано',
    total: 'Всего',
    counted: 'По состоянию на {moment}',
    tooMany: 'Подходит больше {count} записей. Сузьте список, и они будут подсчитаны.',
    several: 'Запись, в которой названо несколько, учтена в каждом.',
    earlier: 'до {year}',
    asCsv: 'Эти числа в CSV',
    picture: '{chart}. В таблице ниже те же числа.',
    numbers: 'Числа: {chart}',
    onPage: 'На этой странице',
    count: 'Записей',
  },
  zh: {
    title: '统计：{module}',
    lead: '按查询所找到且您可以查看的记录计算。每个数字都可打开相应的记录。',
    none: '没有可统计的内容：没有符合的记录。',
    others: '其他',
    notGiven: '未填',
    total: '合计',
    counted: '截至 {moment}',
    tooMany: '符合的记录超过 {count} 条。请缩小范围后再统计。',
    several: '涉及多项的记录在每一项中都计入。',
    earlier: '截至 {year} 年',
    asCsv: '以 CSV 获取这些数字',
    picture: '{chart}。下表列出相同的数字。',
    numbers: '数字：{chart}',
    onPage: '本页内容',
    count: '记录数',
  },
  ar: {
    title: 'الإحصاءات: {module}',
    lead: 'محسوبة من السجلات التي يجدها الاستعلام ويحق لك الاطلاع عليها. وكل عدد يقود إلى سجلاته.',
    none: 'لا شيء يُحسب: لا سجل يطابق.',
    others: 'غير ذلك',
    notGiven: 'غير مذكور',
    total: 'المجموع',
    counted: 'حتى {moment}',
    tooMany: 'يطابق أكثر من {count} سجل. ضيّق القائمة لتُحسب.',
    several: 'السجل الذي يذكر عدة منها يُحسب في كل واحد.',
    earlier: 'حتى {year}',
    asCsv: 'هذه الأعداد بصيغة CSV',
    picture: '{chart}. والجدول أدناه يتضمن الأعداد نفسها.',
    numbers: 'الأعداد: {chart}',
    onPage: 'في هذه الصفحة',
    count: 'السجلات',
  },
};

/** The words of charts in one language. */
export function chartWords(language: Language): Readonly<Record<Word, string>> {
  return DICTIONARY[language];
}
