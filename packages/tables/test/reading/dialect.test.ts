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
    [
      "semicolons within cells, under a header without them",
      rows("id,tags", "1,a;b;c", "2,d;e;f", "3,g;h;i"),
      ["id", "tags"],
    ],
    ["one column of decimal commas", rows("x", "1,5", "2,5", "3,5"), ["x"]],
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
    [
      "an account above a blank line",
      rows("Konto:;DE89", "Stand:;5,00 EUR", "", "Tag;Text;Soll", "1;a;5,00", "2;b;5,00", "3;b;7,00"),
      ["Tag", "Text", "Soll"],
      4,
      /lines 1 to 3 .* 'Konto:;DE89'/,
    ],
    ["a title padded by Excel", rows("Sales;;", ";;", "x;y;z", "1;2;3", "4;5;6"), ["x", "y", "z"], 3, /lines 1 to 2/],
    ["a comment and a blank line", rows("# c", "", "x,y", "1,2"), ["x", "y"], 3, /lines 1 to 2/],
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
    ["with tabs", rows("#\tx\ty", "1\t2", "3\t4")],
    ["over a blank line", rows("# x,y", "", "0.1,0.2")],
  ])("may be the header itself, as a comment: %s", (_, text) => {
    expect(dialectOf(text, true)).toMatchObject({
      names: ["x", "y"],
      headerLine: 1,
      notes: ["the comment in line 1 is taken for the header"],
    });
  });

  it.each([
    ["the sign is the first name", rows("#,name,v", "1,a,5"), ["#", "name", "v"], 1],
    ["words above numbers are the header", rows("#made by me, today", "x,y", "1,2", "3,4"), ["x", "y"], 2],
    ["numbers are no names", rows("# 1,2", "x,y", "3,4"), ["x", "y"], 2],
  ])("of a comment: %s", (_, text, names, line) =>
    expect(dialectOf(text, true)).toMatchObject({ names, headerLine: line }),
  );

  it.each([
    ["numbers", rows("x,y,z", "1,2", "3,4", "5,6")],
    ["numbers below a blank line", rows("x,y", "", "1,2,3", "4,5,6")],
    ["a name, where it is the table's own", rows("x,", "a,b", "c,d")],
  ])("is not taken from the rows: %s", (_, text) => expect(dialectOf(text, true).names[0]).toBe("x"));

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

describe("spaces between columns", () => {
  it.each([
    ["NumPy", rows("# a b", "1.0e+00 2.0e+00", "3.0e+00 4.0e+00"), 2],
    ["gnuplot", rows("x   y    err", "1   2    0.1", "2   3    0.2"), 1],
    ["R, without a name for the rows' names", rows('"a" "b"', '"1" 1.5 "x y"', '"2" NA "z"'), 1],
    ["a log", rows("time level host", "12 warn a", "15 info b"), 1],
  ])("are named: %s", (_, text, line) => {
    const spaced = expect.objectContaining({ line, message: expect.stringMatching(/^spaces separate the columns/) });
    expect(() => dialectOf(text, true)).toThrow(spaced);
  });

  it.each([
    ["sentences", rows("text", "hello there", "good day")],
    ["thousands", rows("unit price", "1 234", "5 678")],
    ["points in time", rows("start time", "2024-01-02 10:00", "2024-01-03 11:00")],
    ["a header alone", rows("unit price")],
  ])("are not seen in one column of %s", (_, text) => expect(dialectOf(text, true).names).toHaveLength(1));
});
