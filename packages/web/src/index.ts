export { tellIssue, toldAs } from './form/fault-sentence.ts';
export { checkFields, type FieldRules, type FormFaults, type FormResult, type FormValues } from './form/form-fields.ts';
export { detectImageType, IMAGE_TYPES, type ImageType, isAvif } from './form/image-type.ts';
export { type FormLimits, readForm, readJson } from './form/read-form.ts';
export { readUpload, type UploadOptions, type UploadResult } from './form/read-upload.ts';
export { receiveFile } from './form/receive-file.ts';
export type { FileField, FoundFile } from './form/store-file.ts';
export {
  type Attributes,
  attributes,
  escapeText,
  Html,
  type HtmlValue,
  html,
  jsonBlock,
  scriptOf,
  sourceSet,
  trustedHtml,
} from './html/html.ts';
export { isSafeUrl } from './html/safe-url.ts';
export { chooseLanguage, directionOf, inLanguage, isLanguage, LANGUAGE_NAMES, nameLanguage } from './language.ts';
export {
  type Ask,
  createAsk,
  type FetchInit,
  fetchWith,
  type OutgoingAnswer,
  type OutgoingRequest,
  outerLookup,
} from './outgoing/ask.ts';
export {
  isLoopbackHost,
  isOuterAddress,
  judgeOutgoingUrl,
  judgeRedirectUri,
  type UrlFault,
} from './outgoing/outer-address.ts';
export { formatDay, formatMoment, formatNumber } from './page/moment.ts';
export { type Page, type PageLink, page } from './page/page.ts';
export { answerAsset, composeStylesheet, getStylesheet, type Stylesheet } from './page/stylesheet.ts';
export { type Dictionary, fillIn, wordsIn } from './page/words.ts';
export { type CompartmentAppOptions, createCompartmentApp } from './server/compartment-app.ts';
export type { CompartmentApp, CompartmentContext, CompartmentEnv } from './server/compartment-env.ts';
export { wantsJson } from './server/error-page.ts';
export { type Person, requirePerson } from './server/person.ts';
export { answerProblem, type Problem, type ProblemFault } from './server/problem.ts';
export { type Answer, type Asked, type Asker, createScratchGateway, type ScratchGateway } from './server/scratch-gateway.ts';
export { serveCompartment } from './server/serve-compartment.ts';
export { type Transact, type Transacts, transactFor } from './server/transact-for.ts';
