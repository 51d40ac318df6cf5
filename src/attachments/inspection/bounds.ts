/** Named bounds of what is looked into (house rule 9). A decoder that opens the file later must not be overwhelmed by it. */
export const IMAGE_PIXELS_MAX = 100_000_000;
/** Of compressed texts and profiles within a picture, packed and unpacked. */
export const METADATA_BYTES_MAX = 4 * 1024 * 1024;
/** Of all compressed texts and profiles of one picture together, unpacked. */
export const ALL_METADATA_BYTES_MAX = 16 * 1024 * 1024;
/** Of one object stream of a PDF, packed and unpacked. */
export const OBJECT_STREAM_BYTES_MAX = 4 * 1024 * 1024;
export const OBJECTS_UNPACKED_BYTES_MAX = 16 * 1024 * 1024;
/** Of all object streams of one PDF together, so that many small ones keep nobody else waiting. */
export const ALL_OBJECTS_UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

export function pixelsFault(width: number, height: number): string | undefined {
  if (width < 1 || height < 1) return 'is a picture without pixels';
  return width * height > IMAGE_PIXELS_MAX ? `is a picture of more than ${IMAGE_PIXELS_MAX} pixels` : undefined;
}
