/** What other capabilities may do with attachments: pin one before an event refers to it, by an address. */
export { attachmentAddress } from './domain/address.js';
export { Attachments, type PinnedAttachment } from './attachments.js';
