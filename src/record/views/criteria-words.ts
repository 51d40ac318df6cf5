import { isLeaf, latest, type Catalogue, type Criteria, type SchemeLeaf } from '../../catalogue/published.js';

/** Criteria in words are for people; a program reads the tree. */
export const CRITERIA_WORDS_CHARACTERS_MAX = 500;

type Named = Pick<Catalogue, 'courses' | 'learningPlans'>;

/** What must be done, in words: "First aid, and 2 of: A, B, C". */
export function criteriaWords(criteria: Criteria, catalogue: Named): string {
  const words = wordsOf(criteria, catalogue);
  return words.length <= CRITERIA_WORDS_CHARACTERS_MAX ? words : `${words.slice(0, CRITERIA_WORDS_CHARACTERS_MAX - 1)}…`;
}

function wordsOf(node: Criteria, catalogue: Named): string {
  if (isLeaf<SchemeLeaf>(node)) return leafWords(node, catalogue);
  if ('criteria' in node) return `${inner(node.criteria, catalogue)}, not before ${node.notBefore}`;
  if ('all' in node) return node.all.map((part) => inner(part, catalogue)).join(' and ');
  const parts = 'any' in node ? node.any : node.of;
  const words = parts.map((part) => inner(part, catalogue));
  return 'any' in node || node.atLeast === 1 ? words.join(' or ') : `${node.atLeast} of: ${words.join(', ')}`;
}

/** In brackets where it is more than one thing, so that "and" and "or" are not mixed up. */
const inner = (node: Criteria, catalogue: Named): string =>
  isLeaf<SchemeLeaf>(node) ? wordsOf(node, catalogue) : `(${wordsOf(node, catalogue)})`;

function leafWords(leaf: SchemeLeaf, { courses, learningPlans }: Named): string {
  if ('course' in leaf) return latest(courses, leaf.course)?.title ?? leaf.course;
  if ('learningPlan' in leaf) return latest(learningPlans, leaf.learningPlan)?.title ?? leaf.learningPlan;
  if ('submission' in leaf) return `“${leaf.submission}”`;
  return 'approval' in leaf ? `the approval “${leaf.approval}”` : `the test ${leaf.sitting}`;
}
