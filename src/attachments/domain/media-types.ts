/** What evidence may be: documents and pictures that hold no program. The type of the content, the declared one and the ending must agree. */
export const MEDIA_TYPES = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/webp': ['webp'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type MediaType = keyof typeof MEDIA_TYPES;

export const isMediaType = (type: string): type is MediaType => Object.hasOwn(MEDIA_TYPES, type);

export const mediaTypeOfEnding = (ending: string): MediaType | undefined =>
  (Object.keys(MEDIA_TYPES) as MediaType[]).find((type) => (MEDIA_TYPES[type] as readonly string[]).includes(ending));
