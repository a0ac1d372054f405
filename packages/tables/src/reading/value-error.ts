/** A cell that cannot be worked with, named by column and row. */
export class ValueError extends Error {
  override readonly name: string = "ValueError";
  readonly column: string;
  /** From 0. */
  readonly row: number;

  /**
   * @param expected "a finite number"
   * @param why what more there is to say
   */
  constructor(column: string, row: number, text: string, expected: string, why?: string) {
    const more = why === undefined ? "" : `; ${why}`;
    super(`column '${column}', row ${row + 1}: expected ${expected}, got '${text}'${more}`);
    this.column = column;
    this.row = row;
  }
}
