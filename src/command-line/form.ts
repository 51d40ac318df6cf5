import { randomBytes } from 'node:crypto';

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/** A form with one file, as an upload takes it; the service looks into it and believes neither its name nor its type. */
export class Form {
  readonly contentType: string;
  readonly bytes: Buffer;

  constructor(name: string, content: Buffer) {
    const boundary = `certledger-${randomBytes(16).toString('hex')}`;
    const type = TYPES[name.split('.').at(-1)!.toLowerCase()] ?? 'application/octet-stream';
    const quoted = name.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, ' ');
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted}"\r\nContent-Type: ${type}\r\n\r\n`;
    this.contentType = `multipart/form-data; boundary=${boundary}`;
    this.bytes = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  }
}
