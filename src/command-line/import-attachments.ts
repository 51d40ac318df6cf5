import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Connection } from './connection.js';
import { Form } from './form.js';

/** What is not uploaded at all, because no service takes as much. */
export const FILE_BYTES_MAX = 100 * 1024 * 1024;

/** Why a file of a row could not be uploaded. */
export interface FileRefused {
  readonly code: string;
  readonly reason: string;
}

interface Named {
  readonly source?: unknown;
  readonly row?: unknown;
  readonly learner?: unknown;
  readonly file?: unknown;
}

export type FileRow = Named & { readonly file: string; readonly learner: string };

export const namesFile = (value: unknown): value is FileRow => {
  const { file, learner } = (value ?? {}) as Named;
  return typeof file === 'string' && typeof learner === 'string';
};

/** Uploads the files that rows name, found beside the rows, and puts the address of each in the place of its name. */
export class ImportAttachments {
  private readonly folder: string;

  constructor(
    private readonly connection: Connection,
    rows: string,
    private readonly isDryRun: boolean,
  ) {
    this.folder = rows === '-' ? process.cwd() : dirname(resolve(rows));
  }

  /** The row with its attachment; the upload's key derives from the row, so that the same file again is replayed. */
  async resolved(value: FileRow): Promise<object | FileRefused> {
    const { file, ...row } = value;
    const content = await this.read(file);
    if (!Buffer.isBuffer(content)) return content;
    // A dry run writes nothing, files neither: any address stands for one that is to come.
    if (this.isDryRun) return { ...row, attachment: createHash('sha256').update(content).digest('hex') };
    const key = createHash('sha256')
      .update(JSON.stringify(['import', row.source, row.row, file]))
      .digest('hex');
    const path = `/v1/learners/${encodeURIComponent(row.learner)}/attachments`;
    const { status, text } = await this.connection.request('POST', path, new Form(basename(file), content), key);
    const answer = JSON.parse(text) as { attachment?: string; code?: string; detail?: string };
    if (status === 200 && answer.attachment !== undefined) return { ...row, attachment: answer.attachment };
    return { code: answer.code ?? 'INTERNAL', reason: `The file ${file} was not taken: ${answer.detail ?? `status ${status}`}` };
  }

  private async read(file: string): Promise<Buffer | FileRefused> {
    const path = resolve(this.folder, file);
    const within = relative(this.folder, path);
    // A row may come from anybody, and must not send what lies elsewhere on the machine of who imports it.
    if (isAbsolute(file) || within.startsWith('..') || isAbsolute(within))
      return refused(`The file ${file} does not lie beside the rows.`);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) return refused(`There is no file ${file} beside the rows.`);
    return found.size > FILE_BYTES_MAX ? refused(`The file ${file} is too large.`) : readFile(path);
  }
}

const refused = (reason: string): FileRefused => ({ code: 'ROW_INVALID', reason });
export const isFileRefused = (value: object): value is FileRefused => 'code' in value && 'reason' in value && !('kind' in value);
