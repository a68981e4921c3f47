import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage } from './errors-page.ts';

/** Writes the pages that are made from the code. */
writeFileSync(join(import.meta.dirname, '../docs/errors.md'), errorsPage());
