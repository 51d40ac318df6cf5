/** What a schema found wrong at one place of a value. */
export interface Place {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** An issue as zod makes it; a union that fits none of its options carries what is wrong with each of them. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/**
 * The places that are wrong, as deep as can be told. A union alone says no more than that nothing in it fits; where one
 * option is clearly the one that was meant, its own issues name the node that offends.
 */
export const placesOf = (issues: readonly SchemaIssue[]): readonly Place[] => issues.flatMap(placesOfIssue);

function placesOfIssue({ message, path = [], errors = [] }: SchemaIssue): readonly Place[] {
  const at = path.map((step) => (typeof step === 'object' ? step.key : step));
  const options = errors.map((option) => placesOf(option));
  // What fits an option's form has nothing wrong at its root; a single unknown name there is a slip of the pen.
  const meant =
    only(options.filter((places) => places.every((place) => place.path.length > 0))) ??
    only(options.filter((places) => places.length === 1));
  return meant === undefined ? [{ path: at, message }] : meant.map((place) => ({ ...place, path: [...at, ...place.path] }));
}

const only = <Item>(items: readonly Item[]): Item | undefined => (items.length === 1 ? items[0] : undefined);

/** A path as a JSON Pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
