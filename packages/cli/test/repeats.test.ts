/** Of two values for one option none is forgotten without a word: every option of every command is refused or makes a list. */
import { Command, type CommanderError, type Option } from "commander";
import { describe, expect, test } from "vitest";
import { refuseRepeats } from "../src/given/repeats.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const LOOKING = ["importance", "dependence", "attribute", "suspects", "influence", "row-gradients"];
const JUDGING = ["predict", "evaluate", "calibrate", "uncertainty"];
const TYPED = ["train", "search", "cross-validate", "fit-curve", ...JUDGING, ...LOOKING, "check", "explain"].map(
  (name) => `${name} --type`,
);
const TRAINING = ["target", "order", "drop", "embed", "offset", "exposure"];
const LISTS = [
  ...["train", "search", "cross-validate", "suspects"].flatMap((name) =>
    TRAINING.map((option) => `${name} --${option}`),
  ),
  "dependence --of",
  "dependence --derive",
  "fit-curve --start",
  "fit-curve --lower",
  "fit-curve --upper",
  ...TYPED,
];

/** The command alone, as `main.ts` sets it up, with nothing to do. */
async function command(name: string): Promise<Command> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const { register } = await import(`../src/commands/${name}.ts`);
  register(program);
  const [own] = program.commands;
  own.exitOverride().action(() => {});
  refuseRepeats(own);
  return program;
}

/** Values of which the parser of any option takes one. */
const VALUES = ["1", "30", "0.25", "a=1", "a", "a=number", ";"];

async function given(name: string, option: Option, [first, second]: readonly string[]): Promise<string> {
  const values = option.required ? [first, second] : [];
  const flags = option.required ? values.flatMap((value) => [option.long ?? "", value]) : [option.long, option.long];
  try {
    await (await command(name)).parseAsync([name, "x", "y", ...(flags as string[])], { from: "user" });
    return "";
  } catch (error) {
    return (error as CommanderError).message;
  }
}

const names = [
  "train",
  "search",
  "cross-validate",
  "fit-curve",
  ...JUDGING,
  ...LOOKING,
  "gradient",
  "check",
  "explain",
  "emit",
  "serve",
];
const options = await Promise.all(
  names.map(async (name) => (await command(name)).commands[0].options.map((option) => ({ name, option }))),
);

describe("twice in one command line", () => {
  test.each(options.flat().map(({ name, option }) => [`${name} ${option.long}`, name, option] as const))(
    "%s",
    async (title, name, option) => {
      const pairs = option.argChoices ? [option.argChoices.slice(-2)] : VALUES.map((value) => [value, value]);
      const messages = await Promise.all(pairs.map((pair) => given(name, option, pair)));
      const refusals = messages.filter((message) => message.includes("is given twice"));
      if (LISTS.includes(title)) return expect(refusals).toEqual([]);
      expect(refusals.length).toBeGreaterThan(0);
      const [first, second] = pairs[messages.indexOf(refusals[0])];
      const values = option.required ? `: '${first}' and '${second}'` : "";
      // A parser of its own can only say what is wrong with a value.
      const said = refusals[0].replace(/ argument '[^']*' is invalid\. It is given/, " is given");
      expect(said).toBe(`error: option '${option.flags}' is given twice${values}. Give it once.`);
    },
  );
});

test.each([
  [["train", "t.csv", "--weight", "y1", "--weight", "y2"], "'--weight <column>' is given twice: 'y1' and 'y2'"],
  [["train", "t.csv", "--target=y", "--seed=1", "--seed=1"], "'--seed <number>' is given twice: '1' and '1'"],
  [["explain", "-q", "--quiet"], "'-q, --quiet' is given twice"],
  [["explain", "n.json", "b.json", "--batch", "c.json"], "the rows are named twice: 'b.json' and --batch 'c.json'"],
])("%s is refused with status 2", async (args, why) => {
  const { status, stdout, stderr } = await runCli(args, { cwd: emptyFolder() });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(why);
});

test("an option of a list goes on with it", async () => {
  const train = await command("train");
  await train.parseAsync(["train", "x", "--target", "y", "--drop", "a,b", "--drop", "c"], { from: "user" });
  expect(train.commands[0].opts().drop).toEqual(["a", "b", "c"]);
  const curve = ["fit-curve", "x", "--model", "a*x", "--target", "y", "--start"];
  const fit = await command("fit-curve");
  await fit.parseAsync([...curve, "a=1", "--start", "b=2"], { from: "user" });
  expect(fit.commands[0].opts().start).toEqual({ a: 1, b: 2 });
  const again = (await command("fit-curve")).parseAsync([...curve, "a=1", "--start", "a=2"], { from: "user" });
  await expect(again).rejects.toThrow("'a' stands there twice");
});
