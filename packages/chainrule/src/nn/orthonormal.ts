/**
 * Orthonormal columns that span those of a tall matrix [rows, columns], row-major: the factor Q of A = QR with a positive
 * diagonal of R, which makes it unique. By Householder reflections, in float64.
 */
export function orthonormalColumns(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const r = Float64Array.from(a);
  const reflections: Float64Array[] = [];
  for (let k = 0; k < columns; k++) {
    // v = x ∓ ‖x‖ e₁, so that H = I − 2vvᵀ/vᵀv turns the rest x of the column into ±‖x‖ e₁
    const v = new Float64Array(rows);
    let square = 0;
    for (let i = k; i < rows; i++) {
      v[i] = r[i * columns + k];
      square += v[i] * v[i];
    }
    const norm = Math.sqrt(square);
    v[k] += v[k] < 0 ? -norm : norm;
    reflect(v, r, rows, columns, k);
    reflections.push(v);
  }
  // Q = H₁ … Hₙ applied to the first columns of I, its columns turned so that R's diagonal is positive
  const q = new Float64Array(rows * columns);
  for (let k = 0; k < columns; k++) q[k * columns + k] = r[k * columns + k] < 0 ? -1 : 1;
  for (let k = columns - 1; k >= 0; k--) reflect(reflections[k], q, rows, columns, 0);
  return q;
}

/** Applies I − 2vvᵀ/vᵀv to the columns of a matrix, from column `first` on. */
function reflect(v: Float64Array, matrix: Float64Array, rows: number, columns: number, first: number): void {
  let square = 0;
  for (let i = 0; i < rows; i++) square += v[i] * v[i];
  if (square === 0) return;
  for (let j = first; j < columns; j++) {
    let dot = 0;
    for (let i = 0; i < rows; i++) dot += v[i] * matrix[i * columns + j];
    const scale = (2 * dot) / square;
    for (let i = 0; i < rows; i++) matrix[i * columns + j] -= scale * v[i];
  }
}
