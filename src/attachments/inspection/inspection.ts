import { fileTypeFromBuffer } from 'file-type/core';
import { reject, type Rejection } from '../../shared/result.js';
import type { MediaType } from '../domain/media-types.js';
import { walkJpeg } from './jpeg.js';
import { MarkerInspector } from './markers.js';
import { PdfInspector } from './pdf.js';
import { walkPng } from './png.js';
import { WalkingInspector, type Fault, type Inspector } from './walk.js';
import { walkWebp } from './webp.js';

/** As many bytes as the sniffing asks for. */
export const SNIFFED_BYTES = 4_100;

const INSPECTORS: Readonly<Record<MediaType, () => Inspector>> = {
  'application/pdf': () => new PdfInspector(),
  'image/png': () => new WalkingInspector(walkPng()),
  'image/jpeg': () => new WalkingInspector(walkJpeg()),
  'image/webp': () => new WalkingInspector(walkWebp()),
};

export type InspectionRejection = Rejection<'FILE_TYPE_MISMATCH' | 'FILE_NOT_TAKEN'>;

/** Holds a file, while it arrives, to the type that its name and its sender say it has: by its first bytes, its build and its end. */
export class Inspection {
  private readonly inspectors: readonly Inspector[];
  private head: Buffer[] | undefined = [];
  private headBytes = 0;

  constructor(private readonly type: MediaType) {
    this.inspectors = [INSPECTORS[type](), new MarkerInspector()];
  }

  async write(bytes: Buffer): Promise<InspectionRejection | undefined> {
    if (this.head === undefined) return this.look(bytes);
    this.head.push(bytes);
    this.headBytes += bytes.length;
    return this.headBytes < SNIFFED_BYTES ? undefined : this.sniff();
  }

  async end(): Promise<InspectionRejection | undefined> {
    const refusal = this.head === undefined ? undefined : await this.sniff();
    return refusal ?? notTaken(firstOf(this.inspectors, (inspector) => inspector.end()));
  }

  private async sniff(): Promise<InspectionRejection | undefined> {
    const head = Buffer.concat(this.head!);
    this.head = undefined;
    const found = await fileTypeFromBuffer(head.subarray(0, SNIFFED_BYTES));
    if (found?.mime === this.type) return this.look(head);
    const isWhat = found === undefined ? 'no type that is taken' : found.mime;
    return reject('FILE_TYPE_MISMATCH', `The name says ${this.type}, but the content is ${isWhat}.`, '/file');
  }

  private look(bytes: Buffer): InspectionRejection | undefined {
    return notTaken(firstOf(this.inspectors, (inspector) => inspector.write(bytes)));
  }
}

function firstOf(inspectors: readonly Inspector[], ask: (inspector: Inspector) => Fault): Fault {
  for (const inspector of inspectors) {
    const fault = ask(inspector);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const notTaken = (fault: Fault): InspectionRejection | undefined =>
  fault === undefined ? undefined : reject('FILE_NOT_TAKEN', `The file ${fault}.`, '/file');
