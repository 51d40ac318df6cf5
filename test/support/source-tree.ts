import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

export interface SourceFile {
  /** From the root of the repository, for example `src/record/domain/decider.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly lines: number;
}

function listed(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

/** Every TypeScript file beneath a folder of the repository, parsed. */
export const sourceFiles = (folder: string): SourceFile[] =>
  listed(folder, /\.m?ts$/).map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    return { path, text, tree, lines: text.split('\n').length - 1 };
  });

export const filesOf = (folder: string): string[] => listed(folder, /./);

export const readRepositoryFile = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Where an import leads: a file of ours from the root (with its `.ts`), or the name of a package. */
export function importsOf({ path, tree }: SourceFile): string[] {
  const found: string[] = [];
  const add = (specifier: ts.Node | undefined): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const { text } = specifier;
    found.push(text.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), text)).replace(/\.js$/, '.ts') : text);
  };
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    if (ts.isCallExpression(node) && node.expression.getText() === 'require') add(node.arguments[0]);
  });
  return found;
}

/** The functions and methods of a file with how many lines each takes. */
export function functionsOf({ path, tree }: SourceFile): { readonly name: string; readonly lines: number }[] {
  const found: { name: string; lines: number }[] = [];
  visit(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const first = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
    found.push({ name: `${path}:${first + 1}`, lines: last - first + 1 });
  });
  return found;
}

/** The literal codes that a file passes to `reject(…)`. */
export function rejectionCodesOf({ tree }: SourceFile): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    const [code] = ts.isCallExpression(node) && node.expression.getText() === 'reject' ? node.arguments : [];
    if (code !== undefined && ts.isStringLiteral(code)) found.push(code.text);
  });
  return found;
}

/** The texts of every union of string literals that is declared under a name that ends with `suffix`. */
export function literalsOf({ tree }: SourceFile, suffix: string): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (!ts.isTypeAliasDeclaration(node) || !node.name.text.endsWith(suffix)) return;
    visit(node.type, (part) => {
      if (ts.isLiteralTypeNode(part) && ts.isStringLiteral(part.literal)) found.push(part.literal.text);
    });
  });
  return found;
}

/** Whether the code, comments and texts aside, uses an expression such as `Date.now`. */
export function uses({ tree }: SourceFile, isIt: (node: ts.Node) => boolean): boolean {
  let found = false;
  visit(tree, (node) => {
    found ||= isIt(node);
  });
  return found;
}

export const isAccess = (node: ts.Node, object: string, member: string): boolean =>
  ts.isPropertyAccessExpression(node) && node.expression.getText() === object && node.name.text === member;
export const isNewOf = (node: ts.Node, name: string): boolean => ts.isNewExpression(node) && node.expression.getText() === name;

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
