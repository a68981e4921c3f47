/** Upper bounds of the buckets, in seconds. */
export const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The requests to one route by one method. */
export interface RouteCounts {
  readonly method: string;
  readonly route: string;
  /** By the first digit of their status. */
  readonly byStatusClass: readonly number[];
  /** For each bucket how many took no longer than its bound, but longer than the one before; the last one has no bound. */
  readonly byDuration: readonly number[];
  readonly count: number;
  readonly seconds: number;
}

export interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface RequestCounts {
  readonly add: (request: AnsweredRequest) => void;
  readonly all: () => Iterable<RouteCounts>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly number[] ? number[] : T[K] };

/** Counts and times requests. A registry's own counters look their labels up and check them for each, which takes as long as finding a balance. */
export function createRequestCounts(): RequestCounts {
  const methods = new Map<string, Map<string, Mutable<RouteCounts>>>();

  function countsOf(method: string, route: string): Mutable<RouteCounts> {
    let routes = methods.get(method);
    if (routes === undefined) methods.set(method, (routes = new Map()));
    let counts = routes.get(route);
    if (counts === undefined) routes.set(route, (counts = newCounts(method, route)));
    return counts;
  }

  return {
    add: ({ method, route, status, seconds }) => {
      const counts = countsOf(method, route);
      const statusClass = Math.floor(status / 100);
      counts.byStatusClass[statusClass] = (counts.byStatusClass[statusClass] ?? 0) + 1;
      let bucket = 0;
      while (seconds > (BUCKETS_SECONDS[bucket] ?? Infinity)) bucket += 1;
      counts.byDuration[bucket] = (counts.byDuration[bucket] ?? 0) + 1;
      counts.count += 1;
      counts.seconds += seconds;
    },
    all: function* () {
      for (const routes of methods.values()) yield* routes.values();
    },
  };
}

function newCounts(method: string, route: string): Mutable<RouteCounts> {
  return {
    method,
    route,
    byStatusClass: Array.from({ length: 6 }, () => 0),
    byDuration: Array.from({ length: BUCKETS_SECONDS.length + 1 }, () => 0),
    count: 0,
    seconds: 0,
  };
}
