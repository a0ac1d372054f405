/** An option is given once: of two values one would be forgotten without a word, and not the one that was meant. */
import type { Command } from "commander";

/** Refuses every option of the command that is given again, unless its parser takes what came before, as one of a list does. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    const isList = option.variadic || (option.argChoices === undefined && option.parseArg?.length === 2);
    if (isList) continue;
    const given: string[] = [];
    command.on(`option:${option.name()}`, (value: string) => {
      given.push(value);
      if (given.length < 2) return;
      const values = option.required ? `: '${given.join("' and '")}'` : "";
      command.error(`error: option '${option.flags}' is given twice${values}. Give it once.`);
    });
  }
}
