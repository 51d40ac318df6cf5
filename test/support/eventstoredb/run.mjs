/**
 * Starts the double under plain Node, which reads no TypeScript: `node run.mjs [--port 0] [--file log.ndjson]`. The sources
 * are compiled into a folder that is gone again once they are loaded.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const sources = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-double-'));
try {
  // The compiled files find the packages as their sources do.
  symlinkSync(join(sources, '../../../node_modules'), join(folder, 'node_modules'));
  for (const name of readdirSync(sources).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))) {
    const { code } = transformSync(readFileSync(join(sources, name), 'utf8'), {
      filename: name,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), code);
  }
  createRequire(import.meta.url)(join(folder, 'main.js'));
} finally {
  rmSync(folder, { recursive: true });
}
