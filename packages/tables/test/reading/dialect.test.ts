/** Where the header stands, what separates columns, what stands above. */
import { describe, expect, it } from "vitest";
import { DialectError, dialectOf } from "../../src/reading/dialect.ts";

const rows = (...lines: string[]): string => `${lines.join("\n")}\n`;

describe("the separator", () => {
  it.each<[string, string, string[]]>([
    ["commas", rows("a,b", "1,2"), ["a", "b"]],
    [
      "semicolons beside decimal commas in cells and header",
      rows("Name;Gewicht, kg;Größe, cm", "Max;70,5;180,5", "Eva;61,2;170,1"),
      ["Name", "Gewicht, kg", "Größe, cm"],
    ],
    ["semicolons and one number a row with a comma", rows("x;y", "1,5;2", "3;4,5", "7,1;8"), ["x", "y"]],
    ["tabs beside commas in text", rows("x\ttext", "1\thello, you, there", "2\tno comma"), ["x", "text"]],
    ["bars beside commas", rows("a, b|c, d", "1, 2|3, 4"), ["a, b", "c, d"]],
    ["commas beside a semicolon in some cells", rows("a,b,c", "1,x;y,2", "2,z,3", "4,q;r,5"), ["a", "b", "c"]],
    ["quoted fields that hold the other signs", rows('"a;b","c|d"', '"1;2;3","4"', '"5","6;7"'), ["a;b", "c|d"]],
    ["one column with commas in its text", rows("text"), ["text"]],
    ["Excel's own line", rows("sep=;", "a,b;c", "1,5;2"), ["a,b", "c"]],
  ])("is found for %s", (_, text, names) => expect(dialectOf(text, true).names).toEqual(names));

  it("is the header's where the rows do not agree, so that a ragged row is told of and not hidden", () => {
    expect(dialectOf(rows("a,b,c", "1,2", "3", "4,5,6"), true)).toMatchObject({
      delimiter: ",",
      names: ["a", "b", "c"],
    });
  });

  it("is not voted for by a record that the head cuts in two", () => {
    expect(dialectOf("a,b\n1,2\n3,4\n5,6\n7", false).names).toEqual(["a", "b"]);
  });
});

describe("what stands above the header", () => {
  it.each<[string, string, string[], number, RegExp]>([
    [
      "comments",
      rows("# exported 2024-01-01", "# units: m", "x,y", "0.2,0.4"),
      ["x", "y"],
      3,
      /lines 1 to 2 .* '# exported/,
    ],
    [
      "a title, a date and a blank line",
      rows("Report of sales", "Date: 2024-01-01", "", "x,y", "0.1,0.3", "1,2"),
      ["x", "y"],
      4,
      /lines 1 to 3 .* 'Report of sales'/,
    ],
    ["a blank line", rows("", "x,y", "1,2"), ["x", "y"], 2, /line 1 stands above/],
    [
      "a comment with the separator in it",
      rows("# made by hand, in 2024", "x,y", "1,2"),
      ["x", "y"],
      2,
      /line 1 stands above/,
    ],
    ["a comment over one column", rows("# c", "x", "1", "2"), ["x"], 2, /line 1/],
    ["a title over tabs", rows("My data", "x\ty", "1\t2", "3\t4"), ["x", "y"], 2, /line 1/],
  ])("is skipped and said: %s", (_, text, names, line, said) => {
    const dialect = dialectOf(text, true);
    expect(dialect).toMatchObject({ names, headerLine: line, dataLine: line + 1 });
    expect(dialect.notes).toEqual([expect.stringMatching(said)]);
    expect(text.slice(dialect.dataStart).split("\n")[0]).toMatch(/^[\d.]+/);
  });

  it.each([
    ["as NumPy writes it", rows("# x,y", "0.1,0.2", "0.3,0.4")],
    ["without a blank", rows("#x,y", "0.1,0.2", "0.3,0.4")],
    ["over text", rows("#x,y", "a,b", "c,d")],
  ])("may be the header itself, as a comment: %s", (_, text) => {
    expect(dialectOf(text, true)).toMatchObject({ names: ["x", "y"], headerLine: 1, dataLine: 2 });
  });

  it("is as many lines as the caller says", () => {
    const text = rows("a,b", "c,d", "x,y", "1,2");
    expect(dialectOf(text, true, { skip: 2 })).toMatchObject({ names: ["x", "y"], headerLine: 3, notes: [] });
    expect(dialectOf(rows("Title", "x,y", "1,2"), true, { skip: 0 }).names).toEqual(["Title"]);
  });

  it("is never a header that has fewer names than the rows have fields", () => {
    expect(dialectOf(rows("a,b", "1,2,3", "4,5,6", "7,8,9", "7,8,9", "7,8,9"), true).names).toEqual(["a", "b"]);
  });
});

describe("the header", () => {
  it("may have line feeds in quotes, with any line ends", () => {
    const dialect = dialectOf('"a\nb",c,t\r\n1,2,3\r\n', true);
    expect(dialect).toMatchObject({ names: ["a\nb", "c", "t"], headerLine: 1, dataLine: 3, lineEnd: "\r\n" });
  });

  it("is refused where a quote does not close, with its line", () => {
    const failure = expect(() => dialectOf('"a,b\n1,2\n', true));
    failure.toThrow(DialectError);
    failure.toThrow("a quote in the header is not closed");
  });
});
