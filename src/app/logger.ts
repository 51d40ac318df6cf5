import { pino, type Logger } from 'pino';

/** Structured lines on standard error, so that standard output stays for people and pipes. They hold no personal data. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
