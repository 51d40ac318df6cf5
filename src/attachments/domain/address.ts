import { z } from 'zod';

/** Where an attachment is found: the SHA-256 of its ciphertext. */
export const attachmentAddress = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Must be an address as an upload answered it: 64 lower-case hex digits.');
