import type { LimitRule } from '../packages/scrip/src/ledger/limit-store.ts';
import { createRateLimiter } from '../packages/scrip/src/server/limits/rate-limit.ts';
import { openSqliteLimitStore } from '../packages/scrip/src/stores/sqlite/limit-store.ts';

// Admits one request after the other and reports each, until one is refused.
const [directory = '', rule = ''] = process.argv.slice(2);
const limiter = createRateLimiter(await openSqliteLimitStore(directory));
const parsed = JSON.parse(rule) as LimitRule;
let admitted = 0;
while ((await limiter.admit('key', parsed, Date.now())) === null) {
  admitted += 1;
  await new Promise<void>((resolve) => process.send?.(admitted, () => resolve()));
}
process.exit();
