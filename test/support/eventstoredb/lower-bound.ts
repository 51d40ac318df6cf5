/** The index of the first item whose number is at least the one asked for, in items that are in the order of that number. */
export function lowerBound<Item>(items: readonly Item[], numberOf: (item: Item) => bigint, least: bigint): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numberOf(items[middle]!) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
