import 'reflect-metadata';
import { run } from './command-line/program.js';

process.exitCode = await run(['serve']);
