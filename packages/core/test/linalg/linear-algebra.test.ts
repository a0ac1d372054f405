/** Every implementation of the factorisations, held to the same contract. */
import { describe } from "vitest";
import { implementations } from "./algebras.ts";
import { choleskyContract } from "./cholesky-contract.ts";
import { eigenContract } from "./eigen-contract.ts";
import { qrContract } from "./qr-contract.ts";

describe.each(implementations)("by $name", (algebra) => {
  describe("Cholesky", () => choleskyContract(algebra));
  describe("QR", () => qrContract(algebra));
  describe("eigenvalues", () => eigenContract(algebra));
});
