/**
 * Formulas as people write them, b1 * (1 - exp(-b2 * x)), read into a tree by recursive descent:
 *   sum     = product { ("+" | "-") product }
 *   product = signed { ("*" | "/") signed }
 *   signed  = ("+" | "-") signed | power
 *   power   = atom [ ("^" | "**") signed ]              right associative, and tighter than a sign: -x^2 = -(x^2)
 *   atom    = number | name | function "(" sum [ "," sum ] ")" | "(" sum ")"
 * Nothing is evaluated as code, and what a formula may cost is bounded before the work is done.
 */
import { didYouMean, excerpt, FormulaError } from "./formula-error.ts";
import { arityOf, FUNCTION_NAMES } from "./functions.ts";
import { type Operator, type Token, tokenize } from "./tokens.ts";

/** A node, with its place: an index into the text of the formula. */
export type FormulaNode = { readonly at: number } & (
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negate"; readonly operands: readonly [FormulaNode] }
  | { readonly kind: "binary"; readonly operator: Operator; readonly operands: readonly [FormulaNode, FormulaNode] }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly FormulaNode[] }
);

/** What parsing gives: the tree, and the text that its places refer to. */
export interface Formula {
  readonly text: string;
  readonly root: FormulaNode;
}

const LIMIT = { characters: 10_000, levels: 200, nodes: 1_000 } as const;

/** The tree of a formula. Throws FormulaError with the place of what is wrong. */
export function parseFormula(text: string): Formula {
  if (text.length > LIMIT.characters) {
    const length = `${count(text.length)} characters; at most ${count(LIMIT.characters)} are read`;
    throw new FormulaError(`the formula is too long: ${length}`, text.slice(0, 2 * LIMIT.characters), LIMIT.characters);
  }
  if (text.trim() === "") {
    throw new FormulaError("the formula is empty", text, 0, "Write it like b1 * (1 - exp(-b2 * x)).");
  }
  return { text, root: new Parser(text).formula() };
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #levels = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  formula(): FormulaNode {
    const root = this.#sum();
    const token = this.#token;
    if (token.kind === "end") return root;
    throw token.text === ")" ? this.#error("unexpected ')': no bracket is open", token.at) : this.#notAnOperator();
  }

  get #token(): Token {
    return this.#tokens[this.#next];
  }

  #sum(): FormulaNode {
    return this.#chain(["+", "-"], () => this.#product());
  }

  #product(): FormulaNode {
    return this.#chain(["*", "/"], () => this.#signed());
  }

  /** a ∘ b ∘ c as (a ∘ b) ∘ c: a loop, so that a long sum is no deeper to read than a short one. */
  #chain(operators: readonly Operator[], operand: () => FormulaNode): FormulaNode {
    let left = operand();
    for (;;) {
      const { at } = this.#token;
      const operator = operators.find((symbol) => this.#takes(symbol));
      if (operator === undefined) return left;
      left = this.#made({ kind: "binary", operator, operands: [left, operand()], at });
    }
  }

  #signed(): FormulaNode {
    const { at } = this.#token;
    if (this.#takes("+")) return this.#deeper(at, () => this.#signed());
    if (!this.#takes("-")) return this.#power();
    return this.#made({ kind: "negate", operands: [this.#deeper(at, () => this.#signed())], at });
  }

  #power(): FormulaNode {
    const base = this.#atom();
    const { at } = this.#token;
    if (!this.#takes("^")) return base;
    const exponent = this.#deeper(at, () => this.#signed());
    return this.#made({ kind: "binary", operator: "^", operands: [base, exponent], at });
  }

  #atom(): FormulaNode {
    const token = this.#token;
    const { at } = token;
    if (token.kind === "number") {
      this.#next++;
      return this.#made({ kind: "number", value: token.value, at });
    }
    if (token.kind === "name") {
      this.#next++;
      if (token.text === token.name && this.#token.text === "(") return this.#call(token.name, at);
      return this.#made({ kind: "name", name: token.name, at });
    }
    if (!this.#takes("(")) throw this.#missingOperand();
    const inside = this.#deeper(at, () => this.#sum());
    this.#close(at);
    return inside;
  }

  #call(name: string, at: number): FormulaNode {
    const arity = arityOf(name);
    if (arity === undefined) throw this.#unknownFunction(name, at);
    const open = this.#token.at;
    this.#next++;
    const operands: FormulaNode[] = [];
    if (this.#token.text !== ")") {
      do operands.push(this.#deeper(open, () => this.#sum()));
      while (this.#takes(","));
    }
    this.#close(open);
    if (operands.length !== arity) {
      throw this.#error(`${name} takes ${arity} argument${arity === 1 ? "" : "s"}, got ${operands.length}`, at);
    }
    return this.#made({ kind: "call", name, operands, at });
  }

  #takes(symbol: string): boolean {
    const { kind, text } = this.#token;
    if (kind !== "symbol" || text !== symbol) return false;
    this.#next++;
    return true;
  }

  /** The bracket that closes the one at `open`. */
  #close(open: number): void {
    if (this.#takes(")")) return;
    throw this.#token.kind === "end" ? this.#error("this bracket is never closed", open) : this.#notAnOperator();
  }

  /** Whatever calls itself goes through here: the depth of the stack is bounded. */
  #deeper(at: number, inside: () => FormulaNode): FormulaNode {
    if (++this.#levels > LIMIT.levels) {
      throw this.#error(`the formula is nested more than ${LIMIT.levels} levels deep`, at);
    }
    const node = inside();
    this.#levels--;
    return node;
  }

  #made(node: FormulaNode): FormulaNode {
    if (++this.#nodes > LIMIT.nodes) {
      throw this.#error(`the formula has more than ${count(LIMIT.nodes)} numbers, names and operations`, node.at);
    }
    return node;
  }

  #error(problem: string, at: number, advice?: string): FormulaError {
    return new FormulaError(problem, this.#text, at, advice);
  }

  #missingOperand(): FormulaError {
    const [previous, token] = [this.#tokens[this.#next - 1], this.#token];
    if (token.kind !== "end") return this.#error(`something is missing before '${token.text}'`, token.at);
    // An empty formula is refused before, so something does come before the end.
    if (previous.text === "(") return this.#error("this bracket is never closed", previous.at);
    return this.#error(`something is missing after '${previous.text}'`, previous.at);
  }

  /** Something follows a complete operand that is neither an operator nor the bracket that would close it. */
  #notAnOperator(): FormulaError {
    const [left, right] = [this.#tokens[this.#next - 1], this.#token];
    if (right.text === ",") {
      return this.#error("unexpected ','", right.at, "Write 1.5, not 1,5; only min, max and pow take two arguments.");
    }
    const applies = left.kind === "name" && arityOf(left.text) === 1;
    const [before, after] = [operandText(left), operandText(right)];
    const instead = applies ? `${before}(${after})` : `${before} * ${after}`;
    return this.#error(`an operator is missing before '${excerpt(right.text)}'`, right.at, `Did you mean ${instead}?`);
  }

  #unknownFunction(name: string, at: number): FormulaError {
    const known = didYouMean(name, FUNCTION_NAMES) ?? `Known are ${FUNCTION_NAMES.join(", ")}.`;
    const advice = `${known} To multiply, write ${excerpt(name)} * (…).`;
    return this.#error(`unknown function '${excerpt(name)}'`, at, advice);
  }
}

/** The operand that a token starts or ends. */
function operandText({ text }: Token): string {
  return text === "(" || text === ")" ? "(…)" : excerpt(text);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
