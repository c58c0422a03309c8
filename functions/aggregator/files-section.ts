import { SECTION_LIMITS, type Section } from '../../shared/author/section.ts';
import type { WrittenOutputs } from './write-outputs.ts';

/** What a report says of the files beside it; nothing where there are none. */
export function filesSections(written: WrittenOutputs): Section[] {
  const files = Object.entries(written).flatMap(([name, stored]) => stored.map((file) => ({ name, ...file })));
  if (files.length === 0) return [];
  return [
    {
      kind: 'table',
      key: 'outputs',
      title: 'Files',
      columns: [
        { name: 'Output' },
        { name: 'File' },
        { name: 'Rows', kind: 'number' },
        { name: 'Bytes', kind: 'number' },
      ],
      rows: files.slice(0, SECTION_LIMITS.rows).map(({ name, key, rows, bytes }) => [name, key, rows, bytes]),
      total: files.length,
    },
  ];
}
