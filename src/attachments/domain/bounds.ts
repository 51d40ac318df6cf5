/** Named bounds of attachments (house rule 9). The bytes of one are a setting; this is what it is unless told. */
export const ATTACHMENT_BYTES_MAX = 10 * 1024 * 1024;
/** A file that nothing refers to is removed after this time. */
export const UNREFERRED_MILLISECONDS_MAX = 24 * 60 * 60 * 1_000;
