/** What is there at once where it is in memory, and later where it has to be fetched. */
export type Answer<T> = T | Promise<T>;

/** Goes on with an answer: at once where it is there, because waiting for a promise costs more than finding the account. */
export function whenAnswered<T, R>(answer: Answer<T>, goOn: (value: T) => Answer<R>): Answer<R> {
  return answer instanceof Promise ? answer.then(goOn) : goOn(answer);
}
