/** A JSON pointer as people write paths: `/dialects/ocean` is `dialects.ocean`. */
export function formatPath(pointer: string): string {
  return pointer === '' ? 'the file' : pointer.slice(1).replaceAll('/', '.');
}
