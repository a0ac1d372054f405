/** Files for TensorBoard: below the folder a run for each training, and below that one for each of several networks. */
import { constants, mkdirSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCode, systemReason } from "@chaingrad/duckdb/files";
import { beginningRecord, runOf, scalarsOf, scalarsRecord } from "@chaingrad/interchange/training-log";
import { type TableEvent, UserError } from "@chaingrad/tables";
import { type CommonOptions, note } from "../output/conventions.ts";
import { type Growing, growing } from "./growing-file.ts";

/** Throws UserError where there can be no folder of this name. */
export async function refuseFile(folder: string): Promise<void> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const found = await stat(path).catch(absent);
    if (found === undefined) continue;
    if (!found.isDirectory())
      throw new UserError(`--tensorboard '${folder}': '${path}' is a file`, "Give the folder that its runs go to.");
    await access(path, constants.W_OK).catch((error) => {
      throw new UserError(
        `--tensorboard '${folder}': cannot write to '${path}': ${systemReason(systemCode(error) ?? "")}`,
      );
    });
    return;
  }
}

function absent(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}

export interface EventFiles {
  tell(event: TableEvent, time: Date): void;
  end(): void;
}

/** @param stem what the run is called, with the time at which it began */
export function openEventFiles(folder: string, stem: string, options: CommonOptions): EventFiles {
  const files = new Map<string, Growing>();
  let run: string | undefined;
  const fileFor = (event: TableEvent, time: Date): Growing => {
    run ??= begun(folder, stem, time);
    const path = join(run, runOf(event));
    const known = files.get(path);
    if (known !== undefined) return known;
    mkdirSync(path, { recursive: true });
    const name = `events.out.tfevents.${Math.floor(time.getTime() / 1000)}.chaingrad.${process.pid}.0`;
    const file = growing(join(path, name));
    file.append(beginningRecord(time.getTime() / 1000));
    files.set(path, file);
    return file;
  };
  return {
    tell(event, time) {
      const told = scalarsOf(event);
      if (told === undefined) return;
      fileFor(event, time).append(scalarsRecord(told.step, told.scalars, time.getTime() / 1000));
    },
    end() {
      for (const file of files.values()) file.close();
      if (run !== undefined) note(`for TensorBoard: ${run} (tensorboard --logdir ${folder})`, options);
    },
  };
}

/** A new folder: "cars-2026-11-30T18.40.12Z", with a number behind it where there is one already. */
function begun(folder: string, stem: string, time: Date): string {
  mkdirSync(folder, { recursive: true });
  const name = `${stem}-${time.toISOString().replace(/\.\d+/, "").replaceAll(":", ".")}`;
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${name}-${number}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}
