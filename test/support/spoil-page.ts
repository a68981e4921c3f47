import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Overwrites a page of a table's rows, not the first. */
export function spoilPage(file: string, table: string): void {
  const database = new DatabaseSync(file);
  const select = database.prepare(
    "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3",
  );
  const page = Number(select.get(table)?.['pageno']);
  database.close();
  overwritePage(file, page);
}

/** Overwrites the page through which all rows of a table are found. */
export function spoilRoot(file: string, table: string): void {
  const database = new DatabaseSync(file);
  const root = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
  database.close();
  overwritePage(file, Number(root?.['rootpage']));
}

function overwritePage(file: string, page: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xee, (page - 1) * 4096, page * 4096);
  writeFileSync(file, bytes);
}
