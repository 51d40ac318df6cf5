import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sampleEvent } from '../samples.js';
import { repeat, type OpenSubject } from '../subject.js';

/** What the disk gives: the same bytes appended to a file, each group made durable. No engine can do more of these. */
export const syncs: OpenSubject = async ({ folder }) => {
  const file = openSync(join(folder, 'plain'), 'a');
  const text = JSON.stringify(sampleEvent());
  return {
    prepare: async (load) => () =>
      repeat(load, () => {
        writeSync(file, text.repeat(load.inFlight));
        fdatasyncSync(file);
        return load.inFlight;
      }),
    close: async () => closeSync(file),
  };
};
