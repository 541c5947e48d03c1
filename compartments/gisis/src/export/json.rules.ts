import { writeJson } from '#record/form.rules.ts';
import { shownFields } from '#record/record.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Format } from './export.rules.ts';

export const JSON_LINES: Format = {
  name: 'jsonl',
  contentType: 'application/jsonl; charset=utf-8',
  begin: () => '',
  between: '',
  end: '',
  write: ({ module, viewer, origin }, record) =>
    `${JSON.stringify(writeJson(module, record, shownFields(module, record, viewer), origin))}\n`,
};

export const GEOJSON: Format = {
  name: 'geojson',
  contentType: 'application/geo+json; charset=utf-8',
  begin: () => '{"type":"FeatureCollection","features":[\n',
  between: ',\n',
  end: '\n]}\n',
  write: ({ module, viewer, origin }, record) => {
    const name = module.map?.position ?? '';
    const value = record.values[name];
    const fields = shownFields(module, record, viewer);
    const coordinates =
      value === null || value === undefined || !fields.includes(name) ? null : meaningsOf(module)[name]?.point(value);
    if (!coordinates) return null;
    const properties = writeJson(module, record, fields, origin);
    return JSON.stringify({ type: 'Feature', id: record.reference, geometry: { type: 'Point', coordinates }, properties });
  },
};
