/** Which methods an address takes, given all routes as `GET /v1/learners/:learner`; none where nothing is there at all. */
export function methodsAt(routes: readonly string[], url: string): readonly string[] {
  const asked = url.split('?', 1)[0]!.split('/');
  const fitting = routes.flatMap((route) => {
    const [method, pattern] = route.split(' ') as [string, string];
    return fits(pattern.split('/'), asked) ? [method] : [];
  });
  return [...new Set(fitting)].sort();
}

function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  const parts = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? asked.length < pattern.length : asked.length !== pattern.length) return false;
  return parts.every((part, index) => (part.startsWith(':') ? asked[index] !== '' : part === asked[index]));
}
