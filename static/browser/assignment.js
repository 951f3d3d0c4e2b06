/** The assignment of the least cost (Kuhn 1955; Munkres 1957), by shortest paths. */

/**
 * For each row its column, or -1 where being alone costs less: `limit` for a row and a column.
 * @param {number[][]} cost @param {number} columns @param {number} limit
 */
export function assignment(cost, columns, limit) {
  const rows = cost.length;
  const size = rows + columns;
  // Each row may stay alone in a column of its own, and each column in a row.
  /** @param {number} i @param {number} j */
  const price = (i, j) => {
    if (i < rows && j < columns) return cost[i][j];
    return i < rows || j < columns ? limit / 2 : 0;
  };
  const [u, v] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  const owner = new Int32Array(size + 1); // of each column, counted from 1
  for (let i = 1; i <= size; i++) {
    const [way, least] = [new Int32Array(size + 1), new Float64Array(size + 1).fill(Infinity)];
    const used = new Uint8Array(size + 1);
    owner[0] = i;
    let column = 0;
    do {
      used[column] = 1;
      let [next, step] = [0, Infinity];
      for (let j = 1; j <= size; j++) {
        if (used[j]) continue;
        const reduced = price(owner[column] - 1, j - 1) - u[owner[column]] - v[j];
        if (reduced < least[j]) [least[j], way[j]] = [reduced, column];
        if (least[j] < step) [step, next] = [least[j], j];
      }
      for (let j = 0; j <= size; j++) {
        if (used[j]) {
          u[owner[j]] += step;
          v[j] -= step;
        } else {
          least[j] -= step;
        }
      }
      column = next;
    } while (owner[column]);
    for (; column; column = way[column]) owner[column] = owner[way[column]];
  }
  const own = new Array(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (owner[j] <= rows) own[owner[j] - 1] = j - 1;
  return own;
}
