/** `1 instance`, `1,200 instances`. `more`: the plural where it is not made by an s. */
export function countText(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
}
