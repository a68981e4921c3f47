import { describe, expect, it } from 'vitest';
import { Fault } from '../ledger/fault.ts';
import { errorProblem } from './error-problem.ts';
import { problemMembers, RefusedRequest, statusOf } from './problem.ts';
import { problems } from './problem-table.ts';

describe('an error', () => {
  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'body-too-large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'unsupported-media-type'],
    ['FST_ERR_BAD_URL', 400, 'bad-url'],
    ['FST_ERR_MAX_PARAM_LENGTH', 414, 'url-too-long'],
    ['FST_ERR_HANDLER_TIMEOUT', 503, 'timed-out'],
  ])('of the framework, %s, is a %i %s without its text', (code, status, expected) => {
    const problem = errorProblem(Object.assign(new Error('/v1/me/secret'), { code, statusCode: status }));
    expect([statusOf(problem), problem.code]).toEqual([status, expected]);
    expect(JSON.stringify(problemMembers(problem))).not.toContain('secret');
  });

  it('that ends a request too early is the caller’s, and any other is Scrip’s', () => {
    expect(errorProblem(Object.assign(new Error('x'), { statusCode: 400 })).code).toBe('bad-request');
    expect(errorProblem(new TypeError('x')).code).toBe('internal');
    for (const odd of ['x', null, undefined]) expect(errorProblem(odd).code).toBe('internal');
  });

  it('of a timeout or a lost commit says that the change may have happened', () => {
    const lost = new Fault('x', { code: 'store-failed', retryable: false, outcome: 'unknown' });
    for (const error of [lost, { code: 'FST_ERR_HANDLER_TIMEOUT' }])
      expect(problemMembers(errorProblem(error))).toMatchObject({ status: 503, outcome: 'unknown' });
  });

  it('of a store that fails until it is started again promises no other outcome before that', () => {
    const failed = { code: 'store-failed', retryable: true } as const;
    const problem = errorProblem(new Fault('x', { ...failed, outcome: 'not-applied' }));
    expect(problemMembers(problem)).toMatchObject({
      outcome: 'not-applied',
      detail: 'Nothing was changed: send it again when the store takes changes, as GET /readyz says.',
    });
    const unknown = errorProblem(new Fault('x', { ...failed, outcome: 'unknown' }));
    expect(problemMembers(unknown)['detail']).toBe(
      'The change may have happened: send it again with the same id, when the store takes changes, to find out.',
    );
    const busy = errorProblem(
      new Fault('x', { code: 'overloaded', retryable: true, outcome: 'not-applied' }),
    );
    expect(problemMembers(busy)['detail']).toBe('Nothing was changed: try again.');
    expect([problem.headers, busy.headers]).toEqual([undefined, { 'retry-after': '1' }]);
  });

  it('that is a refusal keeps its problem', () => {
    const problem = { code: 'forbidden', detail: 'No.' } as const;
    expect(errorProblem(new RefusedRequest(problem))).toBe(problem);
    expect(problemMembers(problem)).toEqual({
      type: '/problems/forbidden',
      title: 'The key may not do this',
      status: 403,
      code: 'forbidden',
      detail: 'No.',
    });
  });
});

it('every problem has a status of its class and a title that a sentence could start with', () => {
  for (const [code, { status, title }] of Object.entries(problems)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title).toMatch(/^[A-Z][^.]*$/);
  }
});
