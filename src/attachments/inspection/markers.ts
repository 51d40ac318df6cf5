import { byItself, type Fault, type Inspector } from './walk.js';

/** What no document or picture holds and what other programs would run, in lower case; each is long enough never to occur by chance. */
const MARKERS: readonly (readonly [marker: string, what: string])[] = [
  ['<?php', 'a program'],
  ['<?=$_', 'a program'],
  ['<script', 'a program'],
  ['<!doctype html', 'a web page'],
  ['<html', 'a web page'],
  ['<iframe', 'a web page'],
  ['<svg', 'a drawing that can hold programs'],
  ['this program cannot be run in dos mode', 'a program'],
  ['\x7felf\x02\x01\x01\x00', 'a program'],
  ['\x7felf\x01\x01\x01\x00', 'a program'],
  ['rar!\x1a\x07', 'an archive'],
  ['7z\xbc\xaf\x27\x1c', 'an archive'],
  ['eicar-standard-antivirus-test-file', 'the test file of virus scanners'],
];
const CENTRAL_DIRECTORY = 'pk\x01\x02';
const DIRECTORY_END = 'pk\x05\x06';
const LONGEST = Math.max(...MARKERS.map(([marker]) => marker.length));

/**
 * Searches every byte for what makes a file be two things at once. A ZIP archive is read from its end, so that it can stand
 * anywhere in another file: one with entries has a directory and, behind it, the directory's end.
 */
export class MarkerInspector implements Inspector {
  private before = '';
  private hasDirectory = false;

  write(bytes: Buffer): Fault {
    const text = this.before + bytes.toString('latin1').toLowerCase();
    const found = MARKERS.find(([marker]) => text.includes(marker));
    if (found !== undefined) return `holds ${found[1]}`;
    const directory = this.hasDirectory ? 0 : text.indexOf(CENTRAL_DIRECTORY);
    if (directory >= 0) {
      this.hasDirectory = true;
      if (text.includes(DIRECTORY_END, directory)) return 'holds an archive';
    }
    this.before = byItself(text.slice(1 - LONGEST));
    return undefined;
  }

  end(): Fault {
    return undefined;
  }
}
