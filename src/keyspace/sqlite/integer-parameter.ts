/**
 * A parameter that is an integer, in SQL whose plan does not depend on it. SQLite looks at the values of a bare `LIMIT ?`,
 * and of `number = ?` beside an ORDER BY, when it plans, and so plans the statement anew each time that one is bound: 3 µs,
 * four times what a short range takes without that.
 */
export function integerParameter(number: number): string {
  return `CAST(?${number} AS INTEGER)`;
}
