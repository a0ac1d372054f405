/** Tensors as literals, row by row, in lines of a bearable length. */

const WIDTH = 100;

/** Lines of items separated by commas, each line at most so wide; no comma after the last. */
export function fill(items: readonly string[], width: number = WIDTH): string[] {
  const lines: string[] = [];
  let line = "";
  items.forEach((item, i) => {
    const next = i === items.length - 1 ? item : `${item},`;
    if (line !== "" && line.length + 1 + next.length > width) {
      lines.push(line);
      line = next;
    } else line = line === "" ? next : `${line} ${next}`;
  });
  return line === "" ? lines : [...lines, line];
}

/** The rows of a matrix; a vector is one row. */
export function rowsOf(values: ArrayLike<number>, shape: readonly number[]): number[][] {
  const width = shape.length < 2 ? values.length : shape[shape.length - 1];
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_, column) => values[row * width + column]),
  );
}
