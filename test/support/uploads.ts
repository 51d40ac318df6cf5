import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asked } from './service.js';

export interface SentFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export const BOUNDARY = 'certledger-test-boundary';
const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** One part of a form, as browsers write it. */
export const partOf = ({ name, type, bytes }: SentFile, field = 'file'): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${quoted(name)}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);

export const END = Buffer.from(`--${BOUNDARY}--\r\n`);

/** The request that uploads a file. */
export const uploadOf = (file: SentFile, more: Asked = {}): Asked => ({
  raw: Buffer.concat([partOf(file), END]),
  contentType: `multipart/form-data; boundary=${BOUNDARY}`,
  ...more,
});

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};
const FOLDER = join(__dirname, 'benign-files');

/** Small documents and pictures, each named after the program that wrote it. */
export const benignFiles: readonly SentFile[] = readdirSync(FOLDER).map((name) => ({
  name,
  type: TYPES[name.split('.').at(-1)!]!,
  bytes: readFileSync(join(FOLDER, name)),
}));

export const benign = (name: string): SentFile => benignFiles.find((file) => file.name === name)!;

/** A sound PDF of that size, where it is one that holds a page; a number makes it differ from others. */
export function pdfOf(size: number, number = 0): SentFile {
  const page = benign('pdf-lib-plain.pdf').bytes.toString('latin1');
  const at = page.indexOf('%%EOF');
  // A comment between the trailer and its end would be no sound end, so that the filling comes before the first object.
  const start = page.indexOf('\n') + 1;
  const [head, tail] = [`${page.slice(0, start)}% ${number} `, `\n${page.slice(start, at)}%%EOF\n`];
  const filling = Buffer.alloc(Math.max(0, size - head.length - tail.length), 'x');
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), filling, Buffer.from(tail, 'latin1')]);
  return { name: `large-${number}.pdf`, type: 'application/pdf', bytes };
}
