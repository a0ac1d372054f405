/** What to do where there is no library. */

/**
 * The one line that says what would make large networks faster here.
 * @param platform as `process.platform` has it
 */
export function installHint(platform: string = process.platform): string {
  const how: Readonly<Record<string, string>> = {
    linux: "apt install libopenblas0-pthread libdnnl2 (or dnf install openblas onednn)",
    darwin: "brew install openblas",
    win32: "put OpenBLAS's libopenblas.dll on the PATH",
  };
  return how[platform] ?? "install OpenBLAS";
}
