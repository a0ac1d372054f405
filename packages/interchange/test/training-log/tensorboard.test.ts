/** Files for TensorBoard: their framing byte by byte, and what a library for Protocol Buffers reads in them. */
import { crc32 } from "node:zlib";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { beginningRecord, runOf, scalarsOf, scalarsRecord } from "../../src/training-log/tensorboard.ts";
import { crc32c, record } from "../../src/training-log/tf-record.ts";
import { EPOCH, START } from "./events.ts";

// As in tensorboard/compat/proto: event.proto, summary.proto.
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Event {
    double wall_time = 1;
    int64 step = 2;
    oneof what { string file_version = 3; Summary summary = 5; }
  }
  message Summary {
    message Value { string tag = 1; oneof value { float simple_value = 2; } }
    repeated Value value = 1;
  }`,
  { keepCase: true },
);
const decoded = (bytes: Uint8Array): object => {
  const type = root.lookupType("Event");
  return type.toObject(type.decode(bytes.subarray(12, -4)), { longs: Number });
};

describe("checksums", () => {
  // RFC 3720, appendix B.4
  test.each([
    ["zeros", new Uint8Array(32), 0x8a9136aa],
    ["ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["rising", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["falling", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ["digits", new TextEncoder().encode("123456789"), 0xe3069283],
  ])("of %s are those of the RFC", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(crc32c(bytes)).not.toBe(crc32(bytes)); // the other one, of zip files
  });

  test("of a record stand masked behind its length and its bytes", () => {
    const framed = record(new TextEncoder().encode("123456789"));
    const view = new DataView(framed.buffer, framed.byteOffset);
    const unmasked = (at: number): number => {
      const rotated = (view.getUint32(at, true) - 0xa282ead8) >>> 0;
      return ((rotated >>> 17) | (rotated << 15)) >>> 0;
    };
    expect(framed).toHaveLength(8 + 4 + 9 + 4);
    expect(view.getBigUint64(0, true)).toBe(9n);
    expect(unmasked(8)).toBe(crc32c(framed.subarray(0, 8)));
    expect(unmasked(21)).toBe(0xe3069283);
  });
});

describe("records", () => {
  test("of a file's beginning", () => {
    expect(decoded(beginningRecord(1234.5))).toEqual({ wall_time: 1234.5, file_version: "brain.Event:2" });
  });

  test("of scalars, of steps and texts of any length", () => {
    const long = "ö".repeat(300);
    const values = { "loss/training": 0.5, [long]: -2, x: Number.POSITIVE_INFINITY };
    for (const step of [1, 127, 128, 16_384, 2 ** 40 + 3])
      expect(decoded(scalarsRecord(step, values, 1.7e9 + 0.25))).toEqual({
        ...{ wall_time: 1.7e9 + 0.25, step },
        summary: { value: Object.entries(values).map(([tag, simple_value]) => ({ tag, simple_value })) },
      });
  });
});

test("an epoch's losses, metrics, rate and flow", () => {
  expect(scalarsOf(EPOCH)).toEqual({
    step: 3,
    scalars: {
      ...{ "loss/training": 0.5, "loss/validation": 0.75, "metrics/accuracy": 0.875, rate: 0.01 },
      ...{ "flow-delta/1 hidden": 2, "flow-gradient/1 hidden": 3, "flow-update/1 hidden": 0.125 },
      ...{ "flow-dead/1 hidden": 0, "flow-saturated/1 hidden": 0.25 },
    },
  });
  expect(scalarsOf(START)).toBeUndefined();
});

test("each of several networks is a run of its own", () => {
  expect(runOf(EPOCH)).toBe("network-02");
  const { network: _, ...one } = EPOCH;
  expect(runOf(one)).toBe("");
});
