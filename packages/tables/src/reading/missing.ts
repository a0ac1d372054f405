/** What stands for a missing value in text, beside the empty cell. */

/** In any column. */
const EVERYWHERE = new Set(["", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "?"]);

/** Where all the rest of the column is numbers, dates or booleans: elsewhere they may be words, or names. */
const AMONG_VALUES = new Set(
  `- -- --- – — −− . .. … nan NaN NAN -nan -NaN na Na N.A. n.a. <NA> #NA NaT nil Nil NIL none NONE Null (null) <null> \\N missing Missing MISSING (missing) (blank) n/d N/D k.A. s/d #NULL! #DIV/0! #NUM! #VALUE! #REF! #NAME?`.split(
    " ",
  ),
);

/** Whether a trimmed cell is missing whatever its column holds. */
export const isMissing = (cell: string): boolean => EVERYWHERE.has(cell);

/** Whether a trimmed cell is missing where the rest of its column is numbers, dates or booleans. */
export const isMissingMark = (cell: string): boolean => AMONG_VALUES.has(cell);
