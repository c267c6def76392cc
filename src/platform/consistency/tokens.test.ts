import { describe, expect, test } from "bun:test";
import { formatTokens, mergePositions, parseTokens } from "./tokens.ts";

const merged = (...lists: string[]) => formatTokens(parseTokens(lists).positions);

describe("A consistency token", () => {
  test("comes back as it was given", () => {
    expect(merged("main:1:0/1C38740,orders:12:FF/0")).toBe("main:1:0/1C38740,orders:12:FF/0");
  });

  test("brought several times keeps the newest position of each database", () => {
    expect(merged("main:1:0/F, orders:1:1/0", "main:1:1/0", "main:1:0/10")).toBe("main:1:1/0,orders:1:1/0");
  });

  test("of a later timeline replaces those from before the failover", () => {
    expect(merged("main:1:9/0,main:2:8/0,main:1:A/0")).toBe("main:2:8/0");
  });

  test("compares numbers, not texts", () => {
    expect(merged("main:1:A/0,main:1:10/0")).toBe("main:1:10/0");
    expect(merged("main:9:1/0,main:10:1/0")).toBe("main:10:1/0");
  });

  test.each([
    "x",
    "main",
    "main:1",
    "main:1:",
    "main:1:0",
    "main:0:0/1",
    "main:-1:0/1",
    "main:1:0/123456789",
    "main:1:0/G",
    ":1:0/1",
    "main:1:0/1:2",
    "main:1e9:0/1",
    `${"m".repeat(33)}:1:0/1`,
    "main:99999999999:0/1",
  ])("that cannot be read (%s) is told apart and spoils no other part", (garbage) => {
    const { positions, garbled } = parseTokens([`${garbage},orders:1:0/1`]);
    expect(garbled).toBe(true);
    expect([...positions.keys()]).toEqual(["orders"]);
  });

  test("is not garbled by blanks, empty parts or the case of its letters", () => {
    expect(parseTokens([" Main:1:0/ab , ,", ""])).toEqual({
      positions: new Map([["main", { timeline: 1, lsn: 0xabn }]]),
      garbled: false,
    });
  });

  test("of absurd length is cut off and counts as garbled", () => {
    const { positions, garbled } = parseTokens([Array.from({ length: 10_000 }, (_, at) => `d${at}:1:0/1`).join(",")]);
    expect(garbled).toBe(true);
    expect(positions.size).toBeLessThanOrEqual(64);
  });

  test("takes at most 512 bytes and drops what stands last", () => {
    const position = { timeline: 4_294_967_295, lsn: 0xffff_ffff_ffff_ffffn };
    const names = Array.from({ length: 40 }, (_, at) => `database-${at}`);
    const text = formatTokens(mergePositions(names.map((name) => [name, position] as const)));
    expect(text.length).toBeLessThanOrEqual(512);
    expect(text.length).toBeGreaterThan(450);
    expect(parseTokens([text]).garbled).toBe(false);
    expect(text).toStartWith("database-0:4294967295:FFFFFFFF/FFFFFFFF,");
  });
});
