import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../ledger/ledger.ts';
import { routePattern } from './request-log.ts';

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const DELAY_RESOLUTION_MS = 10;

export interface Metrics {
  /** Everything measured so far, as Prometheus reads it. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** Counts and times requests by route pattern. No label ever holds an account's id, a key or an address. */
export function installMetrics(app: FastifyInstance, ledger: Ledger): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'scrip_http_requests_total',
    help: 'Requests answered, by method, route pattern and status class.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'scrip_http_request_duration_seconds',
    help: 'Time from a request to its reply.',
    labelNames: ['method', 'route'] as const,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  registerHealth(registry, ledger);
  registerEventLoopDelay(registry, app);
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = routePattern(request);
    requests.inc({ method, route, status: `${Math.floor(reply.statusCode / 100)}xx` });
    durations.observe({ method, route }, reply.elapsedTime / 1000);
    done();
  });
  return { text: () => registry.metrics(), contentType: registry.contentType };
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
