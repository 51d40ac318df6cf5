import { reject, type Rejection } from '../../shared/result.js';
import { mediaTypeOfEnding, type MediaType } from './media-types.js';

/** In UTF-16 units. */
export const FILE_NAME_MAX = 200;
/** What most file systems take for one name; a letter of another script has up to four bytes. */
export const FILE_NAME_BYTES_MAX = 255;

/** Paths, streams of files, and what no system but one takes in a name. */
const FORBIDDEN = /[/\\:*?"<>|]/;
/** Controls, and marks that turn the direction of writing or cannot be seen, so that a name reads as another. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/u;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Endings by which programs, pages and archives are known; before another ending they are there to deceive. */
const OTHER_ENDINGS: ReadonlySet<string> = new Set(
  (
    '7z ace apk app asp aspx bat bin bz2 cab cgi chm cmd com command cpl csh css dll dmg doc docm docx dotm elf exe gadget gif gz hta ' +
    'htm html img inf ini iso jar js jse jsp jspx ksh lnk lua mht mhtml mjs msc msh msi msp msu ocx odt phar php php3 php4 php5 ' +
    'php7 php8 phps pht phtml pif pl ppt pptm pptx ps1 psm1 py pyc rar rb reg rtf scf scr sct sh shtm shtml so svg svgz swf sys ' +
    'tar tgz tif tiff ts txt url vb vbe vbs wasm ws wsc wsf wsh xht xhtml xlam xls xlsm xlsx xml xps xsl xz zip zst'
  ).split(' '),
);

export type FileNameRejection = Rejection<'FILE_NAME_INVALID' | 'FILE_TYPE_NOT_TAKEN'>;

/** What the name of a file says it is, or why it is no name that is taken. */
export function typeOfFileName(name: string): MediaType | FileNameRejection {
  const fault = faultOf(name);
  if (fault !== undefined) return reject('FILE_NAME_INVALID', `The name of the file ${fault}.`, '/file/name');
  const parts = name.toLowerCase().split('.').slice(1);
  const ending = parts.pop();
  const type = ending === undefined ? undefined : mediaTypeOfEnding(ending);
  if (type === undefined)
    return reject('FILE_TYPE_NOT_TAKEN', 'The name of the file must end in .pdf, .png, .jpg, .jpeg or .webp.', '/file/name');
  const second = parts
    .map((part) => part.trim())
    .find((part) => OTHER_ENDINGS.has(part) || mediaTypeOfEnding(part) !== undefined);
  if (second === undefined) return type;
  return reject('FILE_NAME_INVALID', `The name of the file has a second ending, .${second}. Give it one.`, '/file/name');
}

function faultOf(name: string): string | undefined {
  if (name.length === 0) return 'is missing. Send a filename with the part "file"';
  if (name.length > FILE_NAME_MAX || new TextEncoder().encode(name).length > FILE_NAME_BYTES_MAX)
    return `is too long. It may have ${FILE_NAME_MAX} characters and ${FILE_NAME_BYTES_MAX} bytes`;
  if (!name.isWellFormed() || name.includes('\ufffd') || UNSEEN.test(name))
    return 'holds a character that cannot be seen, or is no well-formed text';
  if (FORBIDDEN.test(name)) return 'holds one of / \\ : * ? " < > |. Send it without a path';
  if (name.startsWith('.') || name.trim() !== name || name.endsWith('.'))
    return 'begins with a dot, or begins or ends with white space';
  if (DEVICE.test(name)) return 'is that of a device';
  return undefined;
}
