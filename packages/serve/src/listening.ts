/** Taking a port, and why that may fail. */
import { UserError } from "@chaingrad/core/user-error";
import type { FastifyInstance } from "fastify";

/** Throws UserError where the port or host cannot be had, RangeError on what is no port. */
export async function listening(fastify: FastifyInstance, port: number, host: string): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`port: expected a whole number from 0 to 65535, got ${port}`);
  try {
    await fastify.listen({ port, host });
  } catch (cause) {
    await fastify.close();
    throw refusalOf(cause as NodeJS.ErrnoException, port, host);
  }
}

function refusalOf(cause: NodeJS.ErrnoException, port: number, host: string): Error {
  switch (cause.code) {
    case "EADDRINUSE": {
      const hint = "Stop what listens there, or choose another port; 0 takes any that is free.";
      return new UserError(`port ${port} of ${host} is in use`, hint, { cause, remedy: "port" });
    }
    case "EACCES":
      return new UserError(`port ${port} of ${host} is not allowed to this user`, "Choose one above 1023.", {
        ...{ cause, remedy: "port" },
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new UserError(
        `'${host}' is no address of this machine`,
        "Listen at 127.0.0.1 for this machine alone, at 0.0.0.0 for all networks.",
        { cause, remedy: "host" },
      );
    default:
      return cause;
  }
}
