import { describe, expect, test } from "bun:test";
import { endOfDay, segmentsOf } from "./segments.ts";

const said = (from: string, to: string) =>
  segmentsOf(new Date(from), new Date(to)).map(
    ({ grain, since, until }) => `${grain} ${since.toISOString().slice(5, 16)} ${until.toISOString().slice(5, 16)}`,
  );

describe("a span of time", () => {
  test("is cut into whole days, whole hours around them and single events at the ends", () => {
    expect(said("2026-11-02T22:30:00Z", "2026-11-05T01:15:00Z")).toEqual([
      "event 11-02T22:30 11-02T23:00",
      "hour 11-02T23:00 11-03T00:00",
      "day 11-03T00:00 11-05T00:00",
      "hour 11-05T00:00 11-05T01:00",
      "event 11-05T01:00 11-05T01:15",
    ]);
  });

  test("of whole days, of whole hours and of less than an hour is one part", () => {
    expect(said("2026-11-02", "2026-11-05")).toEqual(["day 11-02T00:00 11-05T00:00"]);
    expect(said("2026-11-02T03:00:00Z", "2026-11-02T05:00:00Z")).toEqual(["hour 11-02T03:00 11-02T05:00"]);
    expect(said("2026-11-02T03:10:00Z", "2026-11-02T03:20:00Z")).toEqual(["event 11-02T03:10 11-02T03:20"]);
  });

  test("is covered without gaps and overlaps, wherever it begins and ends", () => {
    for (let nth = 0; nth < 500; nth++) {
      const from = new Date(Math.floor(Math.random() * 1e12));
      const to = new Date(from.getTime() + 1 + Math.floor(Math.random() ** 4 * 1e10));
      const segments = segmentsOf(from, to);
      expect(segments.length).toBeLessThanOrEqual(5);
      expect([segments[0]?.since, segments.at(-1)?.until]).toEqual([from, to]);
      for (const [index, { until }] of segments.slice(0, -1).entries())
        expect(segments[index + 1]?.since).toEqual(until);
    }
  });

  test("up to now ends with the day", () => {
    expect(endOfDay(new Date("2026-11-02T23:59:59.999Z")).toISOString()).toBe("2026-11-03T00:00:00.000Z");
    expect(endOfDay(new Date("2026-11-02T00:00:00Z")).toISOString()).toBe("2026-11-03T00:00:00.000Z");
  });
});
