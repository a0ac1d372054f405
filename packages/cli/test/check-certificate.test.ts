/** The certificate: curvature and its witnesses, text of any width, JSON, a page, and what is refused. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Expr, mul, square, stopGradient, sub } from "@chaingrad/core";
import { certificateJson, checkCurvature, checkNet, curvatureVerdict } from "@chaingrad/core/check";
import { conclusion } from "@chaingrad/view/certificate";
import { describe, expect, test } from "vitest";
import { hasChromium, launch, onPage, VIEWS, violations } from "../../view/test/browser.ts";
import { report } from "../src/output/certificate.ts";
import { shown } from "../src/output/line.ts";
import { BIN, emptyFolder, runCli } from "./support/run-cli.ts";
import { atKink, BATCH, NET, withActivation, withRules } from "./support/small-net.ts";

const run = promisify(execFile);

describe("curvature", () => {
  test("that is right: products, symmetry, every entry of the Hessian", () => {
    const curvature = checkCurvature(NET, NET.weights!, BATCH);
    expect(curvatureVerdict(curvature)).toBe("ok");
    expect(curvature.entries.map(({ row }) => row.name).sort()).toEqual(["W1", "W2", "b1", "b2", "x"]);
    for (const { claimed, forward, measured } of curvature.entries) {
      expect(forward).toBeCloseTo(claimed, 13);
      expect(measured).toBeCloseTo(claimed, 9);
    }
  });

  test("of an activation whose gradient is right and whose second derivative is wrong fails", () => {
    // Both rules have 1 − y² as a number that does not know z.
    const slope = (node: Expr): Expr => stopGradient(sub(1, square(node)));
    const net = withActivation(
      withRules({ jvp: (node, [t]) => t && mul(t, slope(node)), vjp: (node, bar) => [mul(bar, slope(node))] }),
    );
    const checks = checkNet(net, NET.weights!, BATCH);
    const curvature = checkCurvature(net, NET.weights!, BATCH);
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
    expect(curvature.products[0]).toMatchObject({ verdict: "mismatch" });
    expect(curvature.entries[0]).toMatchObject({ verdict: "mismatch" });
    expect(conclusion(checks, curvature).join("\n")).toContain("The curvature is wrong");
    expect(certificateJson(checks, curvature)).toMatchObject({
      verdict: "mismatch",
      curvature: { verdict: "mismatch" },
    });
  });

  test("at a kink of relu is told apart from a wrong one", () => {
    const { net, batch } = atKink();
    const curvature = checkCurvature(net, net.weights!, batch);
    expect(curvatureVerdict(curvature)).toBe("kink");
    expect(conclusion(checkNet(net, net.weights!, batch), curvature).join("\n")).toContain(
      "The curvature is right, with a kink",
    );
  });
});

test.each([40, 80])("the report fits %i characters", (width) => {
  const lines = report(checkNet(NET, NET.weights!, BATCH), checkCurvature(NET, NET.weights!, BATCH), width).map(shown);
  const text = lines.join("\n");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  for (const mention of ["reverse", "complex step", "uᵀ H v, u in W1", "product H e"]) expect(text).toContain(mention);
});

describe("the certificate", () => {
  const folder = emptyFolder();
  const check = (...args: string[]) => runCli(["check", join(folder, "net.json"), ...args], { cwd: folder });
  const layers = (activation: string) => [
    { units: 4, activation },
    { units: 2, activation: "identity" },
  ];
  const write = (activation: string): void =>
    writeFileSync(join(folder, "net.json"), JSON.stringify({ inputs: 3, layers: layers(activation), loss: "huber" }));

  test("gives every witness of the worst entries, and they agree", async () => {
    write("tanh");
    const { status, stdout } = await check("--order", "2", "--json");
    const { version, verdict, tensors, curvature } = JSON.parse(stdout);
    expect({ status, version, verdict }).toEqual({ status: 0, version: 1, verdict: "ok" });
    for (const { worst } of tensors) {
      expect(worst.forward).toBeCloseTo(worst.claimed, 13);
      expect(worst.complex).toBeCloseTo(worst.claimed, 13);
      expect(Math.abs(worst.measured - worst.claimed)).toBeLessThanOrEqual(100 * worst.error + 1e-12);
      expect(worst.step).toBeGreaterThan(1e-8);
    }
    expect(curvature.products.map(({ name }: { name: string }) => name).sort()).toEqual(["W1", "W2", "b1", "b2", "x"]);
    expect(curvature.verdict).toBe("ok");
    expect(curvature.asymmetry).toBeLessThan(1e-12);
  });

  test("says where there is no complex step", async () => {
    write("gelu");
    const { stdout } = await check();
    expect(stdout).toMatch(/worst entry +reverse +forward +differences +± +complex step/);
    expect(stdout.split("\n").find((line) => line.startsWith("∂L/∂W1["))).toMatch(/–$/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("as a page: self-contained, with the same numbers", async () => {
    write("relu");
    const { stdout } = await check("--format", "html", "--order", "2");
    expect(stdout).not.toMatch(/https?:\/\/|<script|<link|<img|url\(/);
    for (const mention of ["∂L/∂W1", "complex step", "uᵀ H v, u in b2", "All gradients are right"])
      expect(stdout).toContain(mention);
  });

  test("--json is --format json", async () => {
    write("tanh");
    const { stdout } = await check("--json");
    expect((await check("--format", "json")).stdout).toBe(stdout);
    const { tensors } = JSON.parse(stdout);
    for (const { worst, compared, entries, direction } of tensors) {
      expect(compared).toHaveLength(entries);
      expect(compared[0]).toEqual(worst);
      for (const { claimed, forward, complex } of [...compared, direction]) {
        expect(forward).toBeCloseTo(claimed, 13);
        expect(complex).toBeCloseTo(claimed, 13);
      }
    }
  });

  test("a reader who closes the pipe is no failure", async () => {
    write("tanh");
    const { stdout, stderr } = await run(
      "bash",
      ["-c", `"${process.execPath}" "${BIN}" check net.json --format html | true; echo \${PIPESTATUS[0]}`],
      { cwd: folder },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });

  test.skipIf(!hasChromium).each([VIEWS[0], VIEWS[3]])("%o: no violation that axe-core knows", async (view) => {
    write("relu");
    const browser = await launch();
    try {
      const { stdout } = await check("--format", "html", "--order", "2");
      await onPage(browser, stdout, view, async (tab) => expect(await violations(tab)).toEqual([]));
    } finally {
      await browser.close();
    }
  });

  test.each([
    [["--order", "3"], "Allowed choices are 1, 2"],
    [["--format", "pdf"], "Allowed choices are text, json, html"],
    [["--batch", "none.json"], "no such file"],
    [["--batch", "far.json"], "the loss is not finite on these rows"],
  ])("refuses %s", async (args, message) => {
    write("tanh");
    writeFileSync(join(folder, "far.json"), '{"x": [[1, 2, 3]], "y": [[1e308, -1e308]]}');
    const { status, stderr } = await check(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
