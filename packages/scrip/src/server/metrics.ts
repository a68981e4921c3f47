import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metric } from '@prometheus-io/client';
import { Counter, Gauge, Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../ledger/ledger.ts';
import type { RequestCounts } from './request-counts.ts';
import { BUCKETS_SECONDS, createRequestCounts } from './request-counts.ts';
import { routePattern } from './request-log.ts';

const DELAY_RESOLUTION_MS = 10;

export interface Metrics {
  /** Everything measured so far, as Prometheus reads it. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** Counts and times requests by route pattern. No label ever holds an account's id, a key or an address. */
export function installMetrics(app: FastifyInstance, ledger: Ledger): Metrics {
  const registry = new Registry();
  const counts = createRequestCounts();
  registerRequests(registry, counts);
  registry.registerMetric(durationsOf(counts) as unknown as Metric<string>);
  registerHealth(registry, ledger);
  registerEventLoopDelay(registry, app);
  app.addHook('onResponse', (request, reply, done) => {
    counts.add({
      method: request.method,
      route: routePattern(request),
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
  return { text: () => registry.metrics(), contentType: registry.contentType };
}

function registerRequests(registry: Registry, counts: RequestCounts): void {
  new Counter({
    name: 'scrip_http_requests_total',
    help: 'Requests answered, by method, route pattern and status class.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { method, route, byStatusClass } of counts.all())
        for (const [status, count] of byStatusClass.entries())
          if (count > 0) this.inc({ method, route, status: `${status}xx` }, count);
    },
  });
}

/** A histogram as the registry asks for it: one of its own can be observed, but not set. */
function durationsOf(counts: RequestCounts) {
  const name = 'scrip_http_request_duration_seconds';
  const help = 'Time from a request to its reply.';
  const get = async () => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: [...counts.all()].flatMap(({ method, route, byDuration, count, seconds }) => {
      let upTo = 0;
      const buckets = byDuration.map((inBucket, index) => ({
        metricName: `${name}_bucket`,
        labels: { le: BUCKETS_SECONDS[index] ?? '+Inf', method, route },
        value: (upTo += inBucket),
      }));
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels: { method, route }, value: seconds },
        { metricName: `${name}_count`, labels: { method, route }, value: count },
      ];
    }),
  });
  return { name, help, get };
}

function registerHealth(registry: Registry, ledger: Ledger): void {
  const registers = [registry];
  new Gauge({
    name: 'scrip_ledger_writable',
    help: '1 while the ledger takes changes.',
    registers,
    collect() {
      this.set(ledger.health().writable ? 1 : 0);
    },
  });
  new Gauge({
    name: 'scrip_ledger_readable',
    help: '1 while the ledger can be read.',
    registers,
    collect() {
      this.set(ledger.health().readable ? 1 : 0);
    },
  });
  new Gauge({
    name: 'scrip_ledger_lag_entries',
    help: 'Entries that derived indexes do not hold yet.',
    registers,
    collect() {
      this.set(ledger.health().lagEntries);
    },
  });
}

function registerEventLoopDelay(registry: Registry, app: FastifyInstance): void {
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  app.addHook('onClose', async () => {
    delays.disable();
  });
  new Gauge({
    name: 'scrip_event_loop_delay_max_seconds',
    help: 'The longest that requests had to wait for the process itself, since this was last read.',
    registers: [registry],
    collect() {
      // What is recorded is the time from one turn to the next, which is the resolution when nothing is late.
      this.set(Math.max(0, delays.max / 1e9 - DELAY_RESOLUTION_MS / 1000));
      delays.reset();
    },
  });
}
