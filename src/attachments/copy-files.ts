import { createHash } from 'node:crypto';
import { damaged } from './encryption/decryptor.js';
import { ciphertextBytes } from './encryption/stream-format.js';
import { FILES_PER_PAGE_MAX, type FileRecord, type Files } from './ports/files.js';

/** Later than every standing. */
const ALL_TIME = '9999-12-31T23:59:59.999Z';

/**
 * Copies every file that the target lacks, as it lies: encrypted, under its address, which is checked against the bytes on
 * the way. To be done before the events that refer to them are copied. Answers how many there are.
 */
export async function copyFiles(
  from: Files,
  to: Files,
  progress: (number: number) => void,
  signal: AbortSignal,
): Promise<number> {
  let copied = 0;
  for (const state of ['uploaded', 'pinned'] as const) {
    let after: FileRecord | undefined;
    do {
      const page: readonly FileRecord[] = await from.page({ state, before: ALL_TIME, after, limit: FILES_PER_PAGE_MAX });
      for (const record of page) {
        if (signal.aborted) return copied;
        await copyFile(from, to, record);
        progress((copied += 1));
      }
      after = page.at(-1);
    } while (after !== undefined);
  }
  return copied;
}

async function copyFile(from: Files, to: Files, record: FileRecord): Promise<void> {
  const there = await to.get(record.address);
  if (there !== undefined) {
    // An earlier copy that was cut short brought it; what became of it since counts.
    if (there.state !== record.state || there.since !== record.since)
      await to.change(record.address, { state: there.state, since: there.since }, { state: record.state, since: record.since });
    return;
  }
  const writing = await to.begin(record.uploadedAt);
  try {
    const hash = createHash('sha256');
    for await (const bytes of from.read(record.address, { from: 0, to: ciphertextBytes(record.size) })) {
      hash.update(bytes);
      await writing.write(bytes);
    }
    if (hash.digest('hex') !== record.address) throw damaged(record.address, 'its bytes are not those of its address');
  } catch (error) {
    await writing.abandon();
    throw error;
  }
  await writing.finish(record);
}
