/** What a page's Content Security Policy refuses, which an error by itself does not tell. */
import { PolicyError } from "./host.ts";

interface Refusals {
  /** The error, or one that names the directive that refused what was tried. */
  explain(error: Error): Promise<Error>;
  end(): void;
}

/** Listens from now on; the browser tells of a refusal a little later than what was refused fails. */
export function refusals(): Refusals {
  let violation: SecurityPolicyViolationEvent | undefined;
  const listen = (event: Event): void => {
    violation = event as SecurityPolicyViolationEvent;
  };
  globalThis.addEventListener?.("securitypolicyviolation", listen);
  return {
    async explain(error) {
      await new Promise((resolve) => setTimeout(resolve));
      if (violation === undefined) return error;
      const { effectiveDirective: directive, blockedURI: blocked } = violation;
      const isCode = blocked === "wasm-eval";
      const remedy = isCode ? `add 'wasm-unsafe-eval' to script-src` : `let ${directive} allow it`;
      return new PolicyError(
        `the page's Content Security Policy (${directive}) refuses ${isCode ? "WebAssembly" : blocked}: ${remedy}`,
        { cause: error },
      );
    },
    end: () => globalThis.removeEventListener?.("securitypolicyviolation", listen),
  };
}
