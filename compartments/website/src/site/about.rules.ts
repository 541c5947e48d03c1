import type { Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import type { Prose } from '#prose/prose.rules.ts';
import { parseProse } from '#prose/prose-text.rules.ts';

const WRITTEN: Readonly<Record<Language, string>> = {
  en: `Here {organisation} publishes its news, press briefings and statements in six languages: Arabic, Chinese, English, French, Russian and Spanish.

## How a page comes to stand here

- One person writes it. A second person reads it, and approves exactly what you see.
- It is then signed as a part of an edition: all public pages as they were at one moment. Only pages that match their signature are shown.
- If a page changes in substance, it says so, with the time. If it is withdrawn, its address goes on telling that it was, and why.

## When our systems are attacked

Signed pages stay readable while the systems behind them are closed and restored. The status page, which stands apart, tells what is closed, since when, and when the next news will come.

## Times and languages

All times are in Coordinated Universal Time (UTC). A text that has not been translated yet is shown in English and marked as such.`,
  fr: `{organisation} publie ici ses actualités, ses points de presse et ses déclarations en six langues : anglais, arabe, chinois, espagnol, français et russe.

## Comment une page arrive ici

- Une personne l’écrit. Une seconde la relit et approuve exactement ce que vous voyez.
- Elle est ensuite signée dans une édition, c’est-à-dire l’ensemble des pages publiques à un instant donné. Seules sont affichées les pages conformes à leur signature.
- Si une page change sur le fond, elle l’indique, avec l’heure. Si elle est retirée, son adresse continue de dire qu’elle l’a été, et pourquoi.

## Quand nos systèmes sont attaqués

Les pages signées restent lisibles pendant que les systèmes qui les produisent sont fermés et rétablis. La page d’état, hébergée à part, indique ce qui est fermé, depuis quand, et quand viendront les prochaines nouvelles.

## Heures et langues

Toutes les heures sont en temps universel coordonné (UTC). Un texte qui n’est pas encore traduit est affiché en anglais et signalé comme tel.`,
  es: `Aquí publica {organisation} sus noticias, notas de prensa y declaraciones en seis idiomas: árabe, chino, español, francés, inglés y ruso.

## Cómo llega una página hasta aquí

- Una persona la escribe. Otra la lee y aprueba exactamente lo que usted ve.
- Después se firma como parte de una edición: todas las páginas públicas tal como eran en un momento dado. Solo se muestran las páginas que coinciden con su firma.
- Si una página cambia en lo sustancial, lo dice, con la hora. Si se retira, su dirección sigue indicando que se retiró y por qué.

## Cuando atacan nuestros sistemas

Las páginas firmadas siguen siendo legibles mientras los sistemas que están detrás se cierran y se restablecen. La página de estado, alojada aparte, indica qué está cerrado, desde cuándo y cuándo habrá más información.

## Horas e idiomas

Todas las horas se indican en tiempo universal coordinado (UTC). Un texto que aún no se ha traducido se muestra en inglés y así se señala.`,
  ru: `{organisation} публикует здесь новости, сообщения для прессы и заявления на шести языках: английском, арабском, испанском, китайском, русском и французском.

## Как страница попадает сюда

- Один человек пишет её. Другой читает и утверждает именно то, что вы видите.
- Затем она подписывается в составе выпуска — всех публичных страниц на один момент времени. Показываются только страницы, соответствующие своей подписи.
- Если страница меняется по существу, на ней об этом сказано и указано время. Если она отозвана, по её адресу по-прежнему сообщается об этом и о причине.

## Когда наши системы атакуют

Подписанные страницы остаются доступными для чтения, пока системы, на которых они готовятся, закрыты и восстанавливаются. Страница состояния, размещённая отдельно, сообщает, что закрыто, с какого времени и когда ждать новых сведений.

## Время и языки

Время везде указано по UTC. Текст, который ещё не переведён, показывается на английском языке с соответствующей пометкой.`,
  zh: `{organisation}在此以六种语言发布新闻、新闻简报和声明：阿拉伯文、中文、英文、法文、俄文和西班牙文。

## 页面如何发布

- 由一人撰写，由另一人审读，所批准的正是您看到的内容。
- 随后作为一个版次的一部分加以签名。版次是某一时刻的全部公开页面。只显示与签名相符的页面。
- 页面内容如有实质更改，会注明更改及时间。页面如被撤回，其网址会继续说明已撤回及原因。

## 系统遭受攻击时

后台系统关闭和恢复期间，已签名的页面仍可阅读。状态页面独立存放，说明哪些服务已关闭、自何时起关闭以及何时提供新的消息。

## 时间与语言

所有时间均为协调世界时（UTC）。尚未翻译的文本以英文显示并加以注明。`,
  ar: `تنشر {organisation} هنا أخبارها وإحاطاتها الصحفية وبياناتها بست لغات: الإسبانية والإنكليزية والروسية والصينية والعربية والفرنسية.

## كيف تصل الصفحة إلى هنا

- يكتبها شخص، ويقرؤها شخص آخر ويعتمد ما تراه بعينه.
- ثم تُوقّع ضمن إصدار، أي مجموع الصفحات العامة في لحظة واحدة. ولا تُعرض إلا الصفحات المطابقة لتوقيعها.
- إذا تغيّر مضمون الصفحة ذُكر ذلك عليها مع الوقت. وإذا سُحبت بقي عنوانها يذكر أنها سُحبت وسبب ذلك.

## حين تتعرض أنظمتنا لهجوم

تبقى الصفحات الموقّعة متاحة للقراءة بينما تُغلق الأنظمة التي وراءها وتُستعاد. وتبيّن صفحة الحالة، وهي قائمة بذاتها، ما هو مغلق ومنذ متى وموعد الخبر التالي.

## الأوقات واللغات

جميع الأوقات بالتوقيت العالمي المنسق (UTC). والنص الذي لم يُترجم بعد يُعرض بالإنكليزية مع الإشارة إلى ذلك.`,
};

/** What the site says of itself. */
export function aboutText(language: Language, organisation: string): Prose {
  return parseProse(fillIn(WRITTEN[language], { organisation })).prose;
}
